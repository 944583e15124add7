import { setImmediate as turn } from 'node:timers/promises';
import { Cluster } from 'ioredis';
import { errorFields, observeSparingly } from '../observability/log.ts';
import type { RedisClient } from '../redis/connections.ts';
import { TIMED_OUT, withTimeout } from '../with-timeout.ts';
import { countRead } from './read-counts.ts';

/** A best-effort cache: values may disappear at any moment, calls are short, and errors are never thrown. */
export interface Cache {
  /** Returns the JSON text of the key; undefined when there is none or Redis does not answer. */
  recall(key: string): Promise<string | undefined>;
  /** Stores a JSON value for about `seconds`, without waiting for Redis. */
  keep(key: string, value: object, seconds: number): void;
}

/** The time limit of a read, in milliseconds: a cache must not be slower than its source. */
const READ_TIMEOUT_MS = 50;
/** Varies the life of values by 10 percent, so that values stored together do not expire together. */
const JITTER = 0.1;

/** A cache in Redis under the keys `{store}:{type}:{identifier}`; `redis` fails fast. */
export function openCache(redis: RedisClient, store: string): Cache {
  const read = mergingReads(redis);
  return {
    async recall(key) {
      if (redis.status !== 'ready') return undefined;
      const found = await read(`${store}:${key}`);
      countRead(found === undefined ? 'none' : 'redis', key);
      return found;
    },
    keep(key, value, seconds) {
      if (redis.status !== 'ready') return;
      const lifeSeconds = Math.ceil(seconds * (1 - JITTER + 2 * JITTER * Math.random()));
      redis
        .set(`${store}:${key}`, JSON.stringify(value), 'EX', lifeSeconds)
        .catch((error: unknown) => observeSparingly('cache.write_failed', errorFields(error)));
    },
  };
}

type Text = string | null;

/** Reads of the same turn of the event loop become one command: most of the cost of a command is its system call. */
function mergingReads(redis: RedisClient): (key: string) => Promise<string | undefined> {
  let batch: { keys: string[]; texts: Promise<readonly Text[]> } | undefined;
  const openBatch = () => {
    const keys: string[] = [];
    const texts = turn().then(() => {
      batch = undefined;
      return readInTime(redis, keys);
    });
    return { keys, texts };
  };
  return async (key) => {
    batch ??= openBatch();
    const { keys, texts } = batch;
    const index = keys.push(key) - 1;
    return (await texts)[index] ?? undefined;
  };
}

/** Returns the texts of the keys, in their order; none when Redis does not answer in time. */
async function readInTime(redis: RedisClient, keys: readonly string[]): Promise<readonly Text[]> {
  const failed = <T>(texts: T) => {
    return (error: unknown): T => {
      observeSparingly('cache.read_failed', errorFields(error));
      return texts;
    };
  };
  // The keys of one command must lie on one node of a cluster.
  const texts =
    redis instanceof Cluster
      ? Promise.all(keys.map((key) => redis.get(key).catch(failed(null))))
      : redis.mget([...keys]).catch(failed([]));
  const found = await withTimeout<readonly Text[]>(texts, READ_TIMEOUT_MS);
  return found === TIMED_OUT ? [] : found;
}
