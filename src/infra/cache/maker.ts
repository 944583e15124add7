import type { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import { observe } from '../observability/log.ts';
import type { RedisClient } from '../redis/connections.ts';
import { TIMED_OUT, withTimeout } from '../with-timeout.ts';
import { takeCacheLock } from './cache-lock.ts';
import type { Entry, Make } from './entry.ts';
import { type CachedValue, readCachedValue, toCachedValue } from './stored-value.ts';

/** Life of a value that this process makes for itself while Redis is unavailable, in milliseconds. */
const ALONE_MS = 1_000;
/** Life of a cached absence, in milliseconds. */
const ABSENT_MS = 5_000;
/** The most values made at a time. Without Redis, it limits the load on PostgreSQL. */
const MAX_CONCURRENT = 8;
/** Varies the life of values by 10 percent, so that values cached together do not expire together. */
const JITTER = 0.1;

export interface Making<T> {
  entry: Entry;
  /** The entry's key with the versions. */
  key: string;
  make: Make<T>;
  /** In ms since 1970: a value that another process made before this instant is too old. */
  since?: number;
}

/** Makes and caches values. Concurrent calls for one key share one making. */
export interface Maker {
  /** Makes a value for all processes, one process at a time. @throws Error of the maker, or with the code ETIMEDOUT */
  shared<T extends object>(making: Making<T>): Promise<CachedValue>;
  /** Makes a value for this process only, for a moment. @throws Error of the maker, or with the code ETIMEDOUT */
  alone<T extends object>(making: Making<T>): Promise<CachedValue>;
  isMaking(key: string): boolean;
  limit<T>(ask: () => Promise<T>): Promise<T>;
}

interface MakerContext {
  redis: RedisClient;
  store: string;
  memory: LRUCache<string, CachedValue>;
  /** The time limit for making a value, in milliseconds. */
  makingMs: number;
}

export function openMaker(at: MakerContext): Maker {
  const limit = pLimit(MAX_CONCURRENT);
  const inProgress = new Map<string, Promise<CachedValue>>();
  const once = (key: string, work: () => Promise<CachedValue>): Promise<CachedValue> => {
    const before = inProgress.get(key);
    if (before) return before;
    const made = work().finally(() => inProgress.delete(key));
    inProgress.set(key, made);
    return made;
  };
  const run = <T>({ entry, make }: Making<T>) => makeInTime({ limit, makingMs: at.makingMs }, entry, make);
  return {
    limit,
    isMaking: (key) => inProgress.has(key),
    alone: (making) =>
      once(making.key, async () => {
        const { value, at: madeAt } = await run(making);
        return keep(at, making.key, { value, at: madeAt, lifeMs: ALONE_MS, staleMs: 0 }).cached;
      }),
    shared: (making) => once(making.key, () => makeShared(at, making, () => run(making))),
  };
}

type Made = Pick<CachedValue, 'value' | 'at'>;

async function makeShared<T>(
  at: MakerContext,
  { entry, key, since = 0 }: Making<T>,
  run: () => Promise<Made>,
): Promise<CachedValue> {
  const { redis, store, memory } = at;
  const name = `${store}:${key}`;
  const lock = await takeCacheLock(redis, name, async () => {
    const cached = await readCachedValue(redis, name);
    return cached && cached.freshUntil > Date.now() && cached.at >= since ? cached : undefined;
  });
  if (lock.made) {
    memory.set(key, lock.made);
    return lock.made;
  }
  try {
    const made = await run();
    const lifeMs = entry.seconds * 1_000 * (1 - JITTER + 2 * JITTER * Math.random());
    const life = made.value === null ? Math.min(lifeMs, ABSENT_MS) : lifeMs;
    const { cached, text } = keep(at, key, { ...made, lifeMs: life, staleMs: made.value === null ? 0 : life });
    redis.set(name, text, 'PX', Math.ceil(cached.staleUntil - Date.now())).catch(() => undefined);
    return cached;
  } finally {
    // The same connection sends the value first, then the release.
    lock.release();
  }
}

function keep(
  { memory }: MakerContext,
  key: string,
  { value, at, lifeMs, staleMs }: Made & { lifeMs: number; staleMs: number },
) {
  const freshUntil = Date.now() + lifeMs;
  const stored = toCachedValue({ value, at, freshUntil, staleUntil: freshUntil + staleMs });
  memory.set(key, stored.cached);
  return stored;
}

/** @throws Error with the code ETIMEDOUT when it takes too long. */
async function makeInTime<T>(
  { limit, makingMs }: Pick<Maker, 'limit'> & Pick<MakerContext, 'makingMs'>,
  { key, isComposed }: Entry,
  make: Make<T>,
): Promise<Made> {
  const at = Date.now();
  // A maker that gets its slot after its readers have given up must not delay the others.
  const makeInSlot = () => (Date.now() - at < makingMs ? make() : Promise.reject(timeoutError(makingMs)));
  const value = await withTimeout(isComposed ? make() : limit(makeInSlot), makingMs);
  if (value === TIMED_OUT) throw timeoutError(makingMs);
  observe('cache.made', { kind: key.split(':', 1)[0] });
  return { value: (value as object | undefined) ?? null, at };
}

const timeoutError = (makingMs: number): Error =>
  Object.assign(new Error(`a value was not made within ${makingMs} ms`), { code: 'ETIMEDOUT' });
