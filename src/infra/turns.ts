import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/** Whoever makes a value has so long for it, in milliseconds; then another may. */
const TURN_MS = 3_000;
const LOOK_EVERY_MS = 15;
/** So long others wait for the value, in milliseconds; then each helps itself. */
const PATIENCE_MS = 1_500;

/** What another process has made meanwhile, or the turn to make it. */
export type Turn = { isTheirs: true; value: unknown } | { isTheirs: false; end(): void };

interface Stored {
  value: { at?: number };
  logicalExpiration?: number;
}

/**
 * Gives one process at a time the turn to make what is kept under a key. A turn that nobody ends is over by itself; when
 * Redis cannot tell, everybody has it. `isForced`: what was made before does not do.
 */
export async function takeTurn(redis: Redis, key: string, { isForced }: { isForced: boolean }): Promise<Turn> {
  const since = Date.now();
  const turn = `${key}:turn`;
  const end = () => void redis.del(turn).catch(() => undefined);
  do {
    const taken = await redis.set(turn, '1', 'PX', TURN_MS, 'NX').catch(() => 'OK');
    // Another may have made it since this process looked.
    const stored = await storedUnder(redis, key);
    const isFresh = stored && (stored.logicalExpiration ?? 0) > Date.now();
    if (isFresh && !(isForced && (stored.value.at ?? 0) < since)) {
      if (taken === 'OK') end();
      return { isTheirs: true, value: stored.value };
    }
    if (taken === 'OK') return { isTheirs: false, end };
    await wait(LOOK_EVERY_MS);
  } while (Date.now() - since < PATIENCE_MS);
  return { isTheirs: false, end: () => undefined };
}

async function storedUnder(redis: Redis, key: string): Promise<Stored | undefined> {
  const text = await redis.get(key).catch(() => null);
  return text === null ? undefined : (JSON.parse(text) as Stored);
}
