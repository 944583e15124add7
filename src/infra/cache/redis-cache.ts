import { errorFields, observeSparingly } from '../observability/log.ts';
import type { RedisClient } from '../redis/connections.ts';
import { TIMED_OUT, withTimeout } from '../with-timeout.ts';
import { parseJson } from './parse-json.ts';
import { countRead } from './read-counts.ts';

/** A best-effort cache: values may disappear at any moment, calls are short, and errors are never thrown. */
export interface Cache {
  /** Returns the value of the key; undefined when there is none or Redis does not answer. */
  recall(key: string): Promise<unknown>;
  /** Stores a JSON value for about `seconds`, without waiting for Redis. */
  keep(key: string, value: object, seconds: number): void;
}

/** The time limit of a read, in milliseconds: a cache must not be slower than its source. */
const READ_TIMEOUT_MS = 50;
/** Varies the life of values by 10 percent, so that values stored together do not expire together. */
const JITTER = 0.1;

/** A cache in Redis under the keys `{store}:{type}:{identifier}`; `redis` fails fast. */
export function openCache(redis: RedisClient, store: string): Cache {
  return {
    async recall(key) {
      if (redis.status !== 'ready') return undefined;
      const found = await withTimeout(
        redis.get(`${store}:${key}`).catch((error: unknown) => {
          observeSparingly('cache.read_failed', errorFields(error));
          return null;
        }),
        READ_TIMEOUT_MS,
      );
      const isFound = found !== null && found !== TIMED_OUT;
      countRead(isFound ? 'redis' : 'none', key);
      return isFound ? parseJson(found) : undefined;
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
