import { BentoCache, bentostore, errors } from 'bentocache';
import { MemoryDriver } from 'bentocache/drivers/memory';
import { redisDriver } from 'bentocache/drivers/redis';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import { observe } from './log.ts';
import { openPopularity, type Popularity } from './popularity.ts';
import { LATE, soon } from './soon.ts';
import { takeTurn } from './turns.ts';
import type { Versions } from './versions.ts';

/** What is kept, and for how long. */
export interface Entry {
  /** `type:identifier`. */
  key: string;
  /** The names whose versions it was made of. */
  on: readonly string[];
  /** Life in seconds; for as long again it is served while it is made anew. */
  seconds: number;
  /** Names anything else that it was made of: a value that was made of something else is kept beside it. */
  form?: string;
  /** Its reads are counted, so that what is read most can be kept warm. */
  isCounted?: boolean;
  /**
   * Its maker reads other entries. It takes none of the places of those that ask PostgreSQL: it would hold one while it waits
   * for a maker that needs one.
   */
  isComposed?: boolean;
}

/** Values in the memory of the process, then in Redis, then made anew: once at a time, over all processes. */
export interface LayeredCache {
  /** The value as it is kept, or as `make` makes it. Whoever gets it must not change it. */
  read<T extends object>(entry: Entry, make: () => Promise<T | undefined>): Promise<T | undefined>;
  /** Makes a value anew that has lived through half of its life, or is not kept. @returns whether it did */
  refresh<T extends object>(entry: Entry, make: () => Promise<T | undefined>): Promise<boolean>;
  /** Asks PostgreSQL in one of the places for that, for a maker of a composed entry. */
  limit<T>(ask: () => Promise<T>): Promise<T>;
  popularity: Popularity;
}

/** Copies in the memory of a process live for so long, in milliseconds, then Redis is asked. */
const IN_MEMORY_MS = 5_000;
const IN_MEMORY_ITEMS = 5_000;
/** Two for each character: as much as a text takes that is not Latin. */
const IN_MEMORY_BYTES = 40_000_000;
/** While Redis is away a process answers from what it has read itself, for so long, in milliseconds. */
const ALONE_MS = 1_000;
/** That there is nothing under a key is believed for so long, in milliseconds. */
const NOTHING_MS = 5_000;
/** So many values are made at a time: with Redis away, PostgreSQL is not asked by everybody at once. */
const MOST_AT_ONCE = 8;
/** Making a value, and waiting for a place to make it, ends after so long, in milliseconds. */
const MAKING_MS = 8_000;
/** So that what was kept together is not forgotten together. */
const JITTER = 0.1;

interface Kept<T> {
  /** null: there is nothing. */
  value: T | null;
  /** When it was begun to be made, in ms since 1970. */
  at: number;
}

/** Bento's driver for memory, which forgets sooner than Redis. */
class ShortMemory extends MemoryDriver {
  override set(key: string, value: string, ttl?: number): boolean {
    // What comes from Redis comes as text, which Bento 1.6 cannot read from a memory that holds objects.
    const held = typeof value === 'string' ? JSON.parse(value) : value;
    return super.set(key, held, Math.min(ttl ?? IN_MEMORY_MS, IN_MEMORY_MS));
  }
}

function openLayers(redis: Redis, store: string) {
  // Copies stay there until others need the room, also when their life is over.
  const cacheInstance = new LRUCache<string, string>({
    max: IN_MEMORY_ITEMS,
    maxSize: IN_MEMORY_BYTES,
    sizeCalculation: (held) => 2 * JSON.stringify(held).length,
  });
  const memory = { cacheInstance, serialize: false, prefix: store };
  const l1 = { options: memory, factory: () => new ShortMemory(memory) };
  const layers = bentostore()
    .useL1Layer(l1)
    .useL2Layer(redisDriver({ connection: redis }));
  return new BentoCache({ default: 'layers', prefix: store, stores: { layers } });
}

interface Layers {
  redis: Redis;
  versions: Versions;
  store: string;
  bento: ReturnType<typeof openLayers>;
  limit<T>(make: () => Promise<T>): Promise<T>;
  makingMs: number;
}

/** Under the keys `{store}:{type}:{identifier}@{versions}.{form}`; `redis` fails fast. `makingMs`: what making a value may take. */
export function openLayeredCache(
  at: { redis: Redis; versions: Versions; store: string },
  makingMs = MAKING_MS,
): LayeredCache {
  const layers = { ...at, makingMs, bento: openLayers(at.redis, at.store), limit: pLimit(MOST_AT_ONCE) };
  const popularity = openPopularity(at.redis, at.store);
  return {
    popularity,
    limit: layers.limit,
    async read(entry, make) {
      if (entry.isCounted) popularity.count(entry.key);
      return (await get(layers, entry, { make, isForced: false })).value ?? undefined;
    },
    async refresh(entry, make) {
      const began = Date.now();
      let isMade = false;
      const noted = () => {
        isMade = true;
        return make();
      };
      const kept = await get(layers, entry, { make: noted, isForced: false });
      if (!isMade && began - kept.at >= entry.seconds * 500) await get(layers, entry, { make: noted, isForced: true });
      return isMade;
    },
  };
}

interface Making<T> {
  make: () => Promise<T | undefined>;
  isForced: boolean;
}

async function get<T>(layers: Layers, entry: Entry, making: Making<T>): Promise<Kept<T>> {
  const version = await layers.versions.of(entry.on);
  const kept = version === undefined ? alone(layers, entry, making) : shared(layers, entry, { ...making, version });
  return kept.catch((error) => {
    // Bento wraps what `make` has thrown.
    throw error instanceof errors.E_FACTORY_ERROR ? error.cause : error;
  });
}

const keyOf = ({ key, form }: Entry, version: string): string => `${key}@${version}${form ? `.${form}` : ''}`;

/** Nobody can tell what was changed: only for an instant, and only in this process. */
const alone = <T>(layers: Layers, entry: Entry, { make }: Making<T>): Promise<Kept<T>> =>
  layers.bento.getOrSet({
    key: keyOf(entry, layers.versions.alone()),
    ttl: ALONE_MS,
    grace: false,
    factory(context) {
      context.setOptions({ skipL2Write: true });
      return made(layers, entry, make);
    },
  });

function shared<T>(
  layers: Layers,
  entry: Entry,
  { make, isForced, version }: Making<T> & { version: string },
): Promise<Kept<T>> {
  const { bento, redis, store } = layers;
  const key = keyOf(entry, version);
  const ttl = Math.round(entry.seconds * 1_000 * (1 - JITTER + 2 * JITTER * Math.random()));
  return bento.getOrSet({
    key,
    ttl,
    grace: 2 * ttl,
    timeout: 0,
    forceFresh: isForced,
    async factory(context) {
      const turn = await takeTurn(redis, `${store}:${key}`, { isForced });
      if (turn.isTheirs) {
        // Redis has it already.
        context.setOptions({ skipL2Write: true });
        return turn.value as Kept<T>;
      }
      // The turn ends when what was made is on its way to Redis, by the same connection.
      const kept = await made(layers, entry, make).finally(() => setImmediate(turn.end));
      if (kept.value === null) context.setTtl(Math.min(ttl, NOTHING_MS));
      return kept;
    },
  });
}

/** @throws Error with the code ETIMEDOUT when it takes too long. */
async function made<T>(
  { limit, makingMs }: Layers,
  { key, isComposed }: Entry,
  make: Making<T>['make'],
): Promise<Kept<T>> {
  const at = Date.now();
  // A maker that gets its place after its readers have given up must not hold up the others.
  const makeInTime = () => (Date.now() - at < makingMs ? make() : Promise.reject(late(makingMs)));
  const value = (await inTime(isComposed ? make() : limit(makeInTime), makingMs)) ?? null;
  observe('cache.made', { kind: key.split(':', 1)[0] });
  return { value, at };
}

async function inTime<T>(making: Promise<T>, makingMs: number): Promise<T> {
  const value = await soon(making, makingMs);
  if (value !== LATE) return value;
  throw late(makingMs);
}

const late = (makingMs: number): Error =>
  Object.assign(new Error(`a value was not made within ${makingMs} ms`), { code: 'ETIMEDOUT' });
