import type { Redis } from 'ioredis';
import type { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import { observe } from '../observability/log.ts';
import { TIMED_OUT, withTimeout } from '../with-timeout.ts';
import { takeCacheLock } from './cache-lock.ts';
import type { Entry, Make } from './entry.ts';
import { type Kept, keptValue, readKept } from './stored-value.ts';

/** While Redis is away a process answers from what it has read itself, for so long, in milliseconds. */
const ALONE_MS = 1_000;
/** That there is nothing under a key is believed for so long, in milliseconds. */
const NOTHING_MS = 5_000;
/** So many values are made at a time: with Redis away, PostgreSQL is not asked by every reader at once. */
const MOST_AT_ONCE = 8;
/** So that what was kept together does not expire together. */
const JITTER = 0.1;

export interface Making<T> {
  entry: Entry;
  /** The entry's key with the versions. */
  key: string;
  make: Make<T>;
  /** In ms since 1970: what another process made before it is not good enough. */
  since?: number;
}

/** Makes values and keeps them. Those who want one key at the same time wait for one making. */
export interface Maker {
  /** By one process at a time, for all of them. @throws Error of the maker, or with the code ETIMEDOUT */
  shared<T extends object>(making: Making<T>): Promise<Kept>;
  /** For this process only, and for an instant. @throws Error of the maker, or with the code ETIMEDOUT */
  alone<T extends object>(making: Making<T>): Promise<Kept>;
  isMaking(key: string): boolean;
  limit<T>(ask: () => Promise<T>): Promise<T>;
}

interface Workshop {
  redis: Redis;
  store: string;
  memory: LRUCache<string, Kept>;
  /** What making a value may take, in milliseconds. */
  makingMs: number;
}

export function openMaker(at: Workshop): Maker {
  const limit = pLimit(MOST_AT_ONCE);
  const underWay = new Map<string, Promise<Kept>>();
  const once = (key: string, work: () => Promise<Kept>): Promise<Kept> => {
    const before = underWay.get(key);
    if (before) return before;
    const made = work().finally(() => underWay.delete(key));
    underWay.set(key, made);
    return made;
  };
  const run = <T>({ entry, make }: Making<T>) => makeInTime({ limit, makingMs: at.makingMs }, entry, make);
  return {
    limit,
    isMaking: (key) => underWay.has(key),
    alone: (making) =>
      once(making.key, async () => {
        const { value, at: madeAt } = await run(making);
        return keep(at, making.key, { value, at: madeAt, lifeMs: ALONE_MS, staleMs: 0 }).kept;
      }),
    shared: (making) => once(making.key, () => makeShared(at, making, () => run(making))),
  };
}

type Made = Pick<Kept, 'value' | 'at'>;

async function makeShared<T>(
  at: Workshop,
  { entry, key, since = 0 }: Making<T>,
  run: () => Promise<Made>,
): Promise<Kept> {
  const { redis, store, memory } = at;
  const name = `${store}:${key}`;
  const lock = await takeCacheLock(redis, name, async () => {
    const kept = await readKept(redis, name);
    return kept && kept.freshUntil > Date.now() && kept.at >= since ? kept : undefined;
  });
  if (lock.made) {
    memory.set(key, lock.made);
    return lock.made;
  }
  try {
    const made = await run();
    const lifeMs = entry.seconds * 1_000 * (1 - JITTER + 2 * JITTER * Math.random());
    const life = made.value === null ? Math.min(lifeMs, NOTHING_MS) : lifeMs;
    const { kept, text } = keep(at, key, { ...made, lifeMs: life, staleMs: made.value === null ? 0 : life });
    redis.set(name, text, 'PX', Math.ceil(kept.staleUntil - Date.now())).catch(() => undefined);
    return kept;
  } finally {
    // Behind what was made, by the same connection.
    lock.release();
  }
}

function keep(
  { memory }: Workshop,
  key: string,
  { value, at, lifeMs, staleMs }: Made & { lifeMs: number; staleMs: number },
) {
  const freshUntil = Date.now() + lifeMs;
  const stored = keptValue({ value, at, freshUntil, staleUntil: freshUntil + staleMs });
  memory.set(key, stored.kept);
  return stored;
}

/** @throws Error with the code ETIMEDOUT when it takes too long. */
async function makeInTime<T>(
  { limit, makingMs }: Pick<Maker, 'limit'> & Pick<Workshop, 'makingMs'>,
  { key, isComposed }: Entry,
  make: Make<T>,
): Promise<Made> {
  const at = Date.now();
  // A maker that gets its place after its readers have given up must not hold up the others.
  const inItsPlace = () => (Date.now() - at < makingMs ? make() : Promise.reject(late(makingMs)));
  const value = await withTimeout(isComposed ? make() : limit(inItsPlace), makingMs);
  if (value === TIMED_OUT) throw late(makingMs);
  observe('cache.made', { kind: key.split(':', 1)[0] });
  return { value: (value as object | undefined) ?? null, at };
}

const late = (makingMs: number): Error =>
  Object.assign(new Error(`a value was not made within ${makingMs} ms`), { code: 'ETIMEDOUT' });
