import { LRUCache } from 'lru-cache';
import { errorFields, observeSparingly } from '../observability/log.ts';
import type { RedisClient } from '../redis/connections.ts';
import type { Entry, Make } from './entry.ts';
import { type Maker, openMaker } from './maker.ts';
import { openPopularity, type Popularity } from './popularity.ts';
import { countRead } from './read-counts.ts';
import { type CachedValue, readCachedValue } from './stored-value.ts';
import type { Versions } from './versions.ts';

/** Looks for values in process memory, then in Redis, then makes them: one process at a time. */
export interface LayeredCache {
  /** Returns the cached value, or the one that `make` makes. The caller must not change it. */
  read<T extends object>(entry: Entry, make: Make<T>): Promise<T | undefined>;
  /** Returns the value if this process has it in memory and no other call is needed; otherwise use `read`. */
  inMemory<T extends object>(entry: Entry): InMemory<T> | undefined;
  /** Changes with each invalidation of any value, and when the connection to Redis is lost or comes back. */
  changes(): number;
  /** Counts a read that was answered with the result of an earlier `inMemory`. */
  countRead(entry: Entry): void;
  /** Remakes a value that is past half of its life or not cached. @returns whether it was remade */
  refresh<T extends object>(entry: Entry, make: Make<T>): Promise<boolean>;
  /** Runs a PostgreSQL query in one of the limited slots, for the maker of a composed entry. */
  limit<T>(ask: () => Promise<T>): Promise<T>;
  popularity: Popularity;
}

/** A value in the memory of this process. */
export interface InMemory<T> {
  value: T;
  /** In ms since 1970: until then, and while `changes` stays the same, the value is current. */
  until: number;
}

const IN_MEMORY_ITEMS = 5_000;
const IN_MEMORY_BYTES = 40_000_000;
/** The time limit for making a value, including the wait for a slot, in milliseconds. */
const MAKING_MS = 8_000;

interface Layers {
  redis: RedisClient;
  versions: Versions;
  store: string;
  memory: LRUCache<string, CachedValue>;
  maker: Maker;
  /** Redis reads under way in this process, by key. */
  pendingReads: Map<string, Promise<CachedValue | undefined>>;
}

/** Keys: `{store}:{type}:{identifier}@{versions}.{form}`; `redis` fails fast. `makingMs`: limit for making a value. */
export function openLayeredCache(
  at: { redis: RedisClient; versions: Versions; store: string },
  makingMs = MAKING_MS,
): LayeredCache {
  const sizeCalculation = ({ bytes }: CachedValue) => bytes;
  const memory = new LRUCache<string, CachedValue>({ max: IN_MEMORY_ITEMS, maxSize: IN_MEMORY_BYTES, sizeCalculation });
  const maker = openMaker({ ...at, memory, makingMs });
  const layers = { ...at, memory, maker, pendingReads: new Map() };
  const popularity = openPopularity(at.redis, at.store);
  return {
    popularity,
    limit: maker.limit,
    async read<T extends object>(entry: Entry, make: Make<T>) {
      if (entry.isCounted) popularity.count(entry.key);
      return ((await find(layers, entry, make)).value ?? undefined) as T | undefined;
    },
    inMemory<T extends object>(entry: Entry) {
      const cached = usableInMemory(layers, entry);
      if (!cached?.value) return undefined;
      const until = Math.min(cached.freshUntil, at.versions.trustedUntil(entry.on));
      return { value: cached.value as T, until };
    },
    changes: at.versions.changes,
    countRead({ key, isCounted }) {
      countRead('memory', key);
      if (isCounted) popularity.count(key);
    },
    async refresh(entry, make) {
      const began = Date.now();
      let isMade = false;
      const trackedMake = () => {
        isMade = true;
        return make();
      };
      const cached = await find(layers, entry, trackedMake);
      const version = await at.versions.of(entry.on);
      if (isMade || version === undefined || began - cached.at < entry.seconds * 500) return isMade;
      await maker.shared({ entry, key: keyOf(entry, version), make: trackedMake, since: began });
      return isMade;
    },
  };
}

const keyOf = ({ key, form }: Entry, version: string): string => `${key}@${version}${form ? `.${form}` : ''}`;

function usableInMemory({ versions, memory, maker }: Layers, entry: Entry): CachedValue | undefined {
  const version = versions.of(entry.on);
  if (typeof version !== 'string') return undefined;
  const key = keyOf(entry, version);
  const cached = memory.get(key);
  const now = Date.now();
  return cached && (now < cached.freshUntil || (now < cached.staleUntil && maker.isMaking(key))) ? cached : undefined;
}

async function find<T extends object>(layers: Layers, entry: Entry, make: Make<T>): Promise<CachedValue> {
  const { versions, memory, maker } = layers;
  const version = await versions.of(entry.on);
  // The versions cannot be read: the value is cached for a moment only, and only in this process.
  const isUnversioned = version === undefined;
  const key = keyOf(entry, version ?? `alone-${versions.changes()}`);
  const inMemory = memory.get(key);
  const cached = inMemory ?? (isUnversioned ? undefined : await readShared(layers, key));
  const now = Date.now();
  const isUsed = cached !== undefined && now < cached.staleUntil;
  countRead(isUsed ? (inMemory ? 'memory' : 'redis') : 'none', entry.key);
  if (cached && now < cached.freshUntil) return cached;
  const making = isUnversioned ? maker.alone({ entry, key, make }) : maker.shared({ entry, key, make });
  if (!cached || now >= cached.staleUntil) return making;
  const kind = entry.key.split(':', 1)[0];
  making.catch((error) => observeSparingly('cache.refresh_failed', { kind, ...errorFields(error) }));
  return cached;
}

/** Reads a key from Redis and keeps the value in memory. Concurrent calls for one key share one read. */
function readShared({ redis, store, memory, pendingReads }: Layers, key: string): Promise<CachedValue | undefined> {
  const before = pendingReads.get(key);
  if (before) return before;
  const found = readCachedValue(redis, `${store}:${key}`)
    .then((cached) => {
      if (cached) memory.set(key, cached);
      return cached;
    })
    .finally(() => pendingReads.delete(key));
  pendingReads.set(key, found);
  return found;
}
