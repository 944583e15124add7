import type { Redis } from 'ioredis';
import { errorFields, observeSparingly } from '../observability/log.ts';
import { TIMED_OUT, withTimeout } from '../with-timeout.ts';

/** What may be forgotten at any moment. Nobody waits long for it, and nothing fails because of it. */
export interface Cache {
  /** What was kept under the key; undefined when it is not known, also because nobody can tell at the moment. */
  recall(key: string): Promise<unknown>;
  /** Keeps a value, which must survive JSON, for about `seconds`. Does not wait. */
  keep(key: string, value: object, seconds: number): void;
}

/** Reading what lies in memory must not cost more time than reading the truth, in milliseconds. */
const PATIENCE_MS = 50;
/** So that what was kept together is not forgotten together. */
const JITTER = 0.1;

/** A cache in Redis under the keys `{store}:{type}:{identifier}`; `redis` fails fast. */
export function openCache(redis: Redis, store: string): Cache {
  return {
    async recall(key) {
      if (redis.status !== 'ready') return undefined;
      const found = await withTimeout(
        redis.get(`${store}:${key}`).catch((error: unknown) => {
          observeSparingly('cache.read_failed', errorFields(error));
          return null;
        }),
        PATIENCE_MS,
      );
      return found === null || found === TIMED_OUT ? undefined : parsed(found);
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
