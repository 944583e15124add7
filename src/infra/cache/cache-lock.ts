import { setTimeout as wait } from 'node:timers/promises';
import type { RedisClient } from '../redis/connections.ts';

/** Life of a lock in milliseconds; after it, another process may make the value. */
const LOCK_MS = 3_000;
const POLL_MS = 15;
/** The longest wait for another process's value, in milliseconds; after it, each process makes its own. */
const WAIT_MS = 1_500;

/** Either the value that another process has made, or the lock under which this process makes it. */
export type CacheLock<V> = { made: V } | { made?: undefined; release(): void };

/**
 * Lets one process at a time make the value of a key. An unreleased lock expires by itself. When Redis does not answer,
 * every process gets the lock. `findMade` returns the value that another process has made, if this one may use it.
 */
export async function takeCacheLock<V extends object>(
  redis: RedisClient,
  key: string,
  findMade: () => Promise<V | undefined>,
): Promise<CacheLock<V>> {
  const since = Date.now();
  // The braces put the lock on the value's node of a cluster: there the release follows the value.
  const lock = `{${key}}!`;
  const release = () => void redis.del(lock).catch(() => undefined);
  do {
    const taken = await redis.set(lock, '1', 'PX', LOCK_MS, 'NX').catch(() => 'OK');
    // Another process may have made the value since the last read.
    const made = await findMade();
    if (made && taken === 'OK') release();
    if (made) return { made };
    if (taken === 'OK') return { release };
    await wait(POLL_MS);
  } while (Date.now() - since < WAIT_MS);
  return { release: () => undefined };
}
