import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { errorFields, observeSparingly } from './log.ts';
import { LATE, soon } from './soon.ts';

/** At most `points` in `seconds`, counted per key. */
export interface Rate {
  name: string;
  points: number;
  seconds: number;
}

export interface Spent {
  isOver: boolean;
  remaining: number;
  /** Until the count begins anew. */
  resetSeconds: number;
}

export interface Counter extends Rate {
  /** Spends one point; `unavailable` when nobody can count at the moment. */
  spend(key: string): Promise<Spent | 'unavailable'>;
  /** Forgets what was spent; does nothing when nobody can count. */
  forget(key: string): Promise<void>;
}

/** A request must not wait longer for being counted, in milliseconds. */
const PATIENCE_MS = 250;

/** Counts in Redis, for all processes together. `redis` fails fast: a count that does not come at once is not waited for. */
export function openCounter(redis: Redis, rate: Rate): Counter {
  const { name, points, seconds } = rate;
  const limiter = new RateLimiterRedis({ storeClient: redis, keyPrefix: `rate:${name}`, points, duration: seconds });
  // Until the count that was not waited for is settled, others would only wait behind it.
  let isOverdue = false;
  const settle = () => {
    isOverdue = false;
  };
  return {
    ...rate,
    async spend(key) {
      if (redis.status !== 'ready' || isOverdue) return 'unavailable';
      const counting = limiter.consume(digest(key)).catch((refusal: unknown) => refusal);
      const counted = await soon(counting.finally(settle), PATIENCE_MS);
      if (counted instanceof RateLimiterRes) return toSpent(counted, points);
      isOverdue = counted === LATE;
      observeSparingly('rate.uncounted', { rate: name, ...errorFields(counted) });
      return 'unavailable';
    },
    async forget(key) {
      if (redis.status === 'ready' && !isOverdue)
        await soon(
          limiter.delete(digest(key)).catch(() => undefined),
          PATIENCE_MS,
        );
    },
  };
}

/** Keys tell who somebody is or where from: the store gets to see neither. */
const digest = (key: string): string => hash('sha256', key, 'base64url').slice(0, 22);

const toSpent = ({ consumedPoints, remainingPoints, msBeforeNext }: RateLimiterRes, points: number): Spent => ({
  isOver: consumedPoints > points,
  remaining: Math.max(0, remainingPoints),
  resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1_000)),
});
