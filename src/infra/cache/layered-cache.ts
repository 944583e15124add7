import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { errorFields, observeSparingly } from '../observability/log.ts';
import type { Entry, Make } from './entry.ts';
import { type Maker, openMaker } from './maker.ts';
import { openPopularity, type Popularity } from './popularity.ts';
import { type Kept, readKept } from './stored-value.ts';
import type { Versions } from './versions.ts';

/** Values in the memory of the process, then in Redis, then made anew: once at a time, over all processes. */
export interface LayeredCache {
  /** The value as it is kept, or as `make` makes it. The caller must not change it. */
  read<T extends object>(entry: Entry, make: Make<T>): Promise<T | undefined>;
  /** The value when it lies in the memory of this process and needs nothing to be asked or made; read it otherwise. */
  inMemory<T extends object>(entry: Entry): T | undefined;
  /** Makes a value anew that has lived through half of its life, or is not kept. @returns whether it did */
  refresh<T extends object>(entry: Entry, make: Make<T>): Promise<boolean>;
  /** Asks PostgreSQL in one of the places for that, for a maker of a composed entry. */
  limit<T>(ask: () => Promise<T>): Promise<T>;
  popularity: Popularity;
}

const IN_MEMORY_ITEMS = 5_000;
const IN_MEMORY_BYTES = 40_000_000;
/** Making a value, and waiting for a place to make it, ends after so long, in milliseconds. */
const MAKING_MS = 8_000;

interface Layers {
  redis: Redis;
  versions: Versions;
  store: string;
  memory: LRUCache<string, Kept>;
  maker: Maker;
  /** By key: what this process asks Redis for at the moment. */
  looking: Map<string, Promise<Kept | undefined>>;
}

/** Under the keys `{store}:{type}:{identifier}@{versions}.{form}`; `redis` fails fast. `makingMs`: what making a value may take. */
export function openLayeredCache(
  at: { redis: Redis; versions: Versions; store: string },
  makingMs = MAKING_MS,
): LayeredCache {
  const sizeCalculation = ({ bytes }: Kept) => bytes;
  const memory = new LRUCache<string, Kept>({ max: IN_MEMORY_ITEMS, maxSize: IN_MEMORY_BYTES, sizeCalculation });
  const maker = openMaker({ ...at, memory, makingMs });
  const layers = { ...at, memory, maker, looking: new Map() };
  const popularity = openPopularity(at.redis, at.store);
  return {
    popularity,
    limit: maker.limit,
    async read<T extends object>(entry: Entry, make: Make<T>) {
      if (entry.isCounted) popularity.count(entry.key);
      return ((await find(layers, entry, make)).value ?? undefined) as T | undefined;
    },
    inMemory<T extends object>(entry: Entry) {
      const kept = usableInMemory(layers, entry);
      if (kept?.value && entry.isCounted) popularity.count(entry.key);
      return (kept?.value ?? undefined) as T | undefined;
    },
    async refresh(entry, make) {
      const began = Date.now();
      let isMade = false;
      const noted = () => {
        isMade = true;
        return make();
      };
      const kept = await find(layers, entry, noted);
      const version = await at.versions.of(entry.on);
      if (isMade || version === undefined || began - kept.at < entry.seconds * 500) return isMade;
      await maker.shared({ entry, key: keyOf(entry, version), make: noted, since: began });
      return isMade;
    },
  };
}

const keyOf = ({ key, form }: Entry, version: string): string => `${key}@${version}${form ? `.${form}` : ''}`;

function usableInMemory({ versions, memory, maker }: Layers, entry: Entry): Kept | undefined {
  const version = versions.of(entry.on);
  if (typeof version !== 'string') return undefined;
  const key = keyOf(entry, version);
  const kept = memory.get(key);
  const now = Date.now();
  return kept && (now < kept.freshUntil || (now < kept.staleUntil && maker.isMaking(key))) ? kept : undefined;
}

async function find<T extends object>(layers: Layers, entry: Entry, make: Make<T>): Promise<Kept> {
  const { versions, memory, maker } = layers;
  const version = await versions.of(entry.on);
  // Nobody can tell what was changed: the value is kept for an instant only, and only in this process.
  const isAlone = version === undefined;
  const key = keyOf(entry, version ?? versions.alone());
  const kept = memory.get(key) ?? (isAlone ? undefined : await look(layers, key));
  const now = Date.now();
  if (kept && now < kept.freshUntil) return kept;
  const making = isAlone ? maker.alone({ entry, key, make }) : maker.shared({ entry, key, make });
  if (!kept || now >= kept.staleUntil) return making;
  const kind = entry.key.split(':', 1)[0];
  making.catch((error) => observeSparingly('cache.refresh_failed', { kind, ...errorFields(error) }));
  return kept;
}

/** What Redis keeps under a key, from then on in the memory of this process as well. Those who ask at the same time share one question. */
function look({ redis, store, memory, looking }: Layers, key: string): Promise<Kept | undefined> {
  const before = looking.get(key);
  if (before) return before;
  const found = readKept(redis, `${store}:${key}`)
    .then((kept) => {
      if (kept) memory.set(key, kept);
      return kept;
    })
    .finally(() => looking.delete(key));
  looking.set(key, found);
  return found;
}
