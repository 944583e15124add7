import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/** The process that makes a value has so long for it, in milliseconds; then another may. */
const LOCK_MS = 3_000;
const LOOK_EVERY_MS = 15;
/** So long the others wait for the value, in milliseconds; then each makes its own. */
const PATIENCE_MS = 1_500;

/** What another process has made meanwhile, or the lock under which this one makes it. */
export type CacheLock<V> = { made: V } | { made?: undefined; release(): void };

/**
 * Lets one process at a time make what is kept under a key. A lock that nobody releases ends by itself; when Redis does not
 * answer, every process has the lock. `findMade`: what another process has made and this one may take.
 */
export async function takeCacheLock<V extends object>(
  redis: Redis,
  key: string,
  findMade: () => Promise<V | undefined>,
): Promise<CacheLock<V>> {
  const since = Date.now();
  const lock = `${key}:lock`;
  const release = () => void redis.del(lock).catch(() => undefined);
  do {
    const taken = await redis.set(lock, '1', 'PX', LOCK_MS, 'NX').catch(() => 'OK');
    // Another may have made it since this process looked.
    const made = await findMade();
    if (made && taken === 'OK') release();
    if (made) return { made };
    if (taken === 'OK') return { release };
    await wait(LOOK_EVERY_MS);
  } while (Date.now() - since < PATIENCE_MS);
  return { release: () => undefined };
}
