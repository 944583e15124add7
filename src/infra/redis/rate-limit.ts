import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { errorFields, observeSparingly } from '../observability/log.ts';
import { TIMED_OUT, withTimeout } from '../with-timeout.ts';

/** At most `points` in `seconds`, counted per key. */
export interface Rate {
  name: string;
  points: number;
  seconds: number;
  /** Many ask, and a hundredth more or less does not matter: points are fetched in advance. */
  isCoarse?: boolean;
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
  /** Spends a point that this process has fetched in advance; undefined when it has none: then `spend`. */
  spendPrefetched(key: string): Spent | undefined;
  /** Forgets what was spent; does nothing when nobody can count. */
  forget(key: string): Promise<void>;
  /** Returns one spent point; does nothing when nobody can count. */
  giveBack(key: string): Promise<void>;
}

/** A request must not wait longer for being counted, in milliseconds. */
const PATIENCE_MS = 250;

/** Points of a coarse limit are fetched from Redis by the hundredth: so exact it is, and so seldom is Redis asked. */
const FETCHED_PART = 100;
const MOST_QUOTAS = 20_000;

/** Points of a caller that this process has fetched and not spent yet. */
interface Quota {
  left: number;
  /** What there is in Redis besides. */
  remaining: number;
  /** In ms since 1970. */
  endsAt: number;
}

/** Counts in Redis, for all processes together. `redis` fails fast: a count that does not come at once is not waited for. */
export function openCounter(redis: Redis, rate: Rate): Counter {
  const { name, points, seconds, isCoarse = false } = rate;
  const limiter = new RateLimiterRedis({ storeClient: redis, keyPrefix: `rate:${name}`, points, duration: seconds });
  const fetched = isCoarse ? Math.max(1, Math.floor(points / FETCHED_PART)) : 1;
  const quotas = prefetchedQuotas();
  const fetching = new Map<string, Promise<Spent | 'unavailable'>>();
  const { consume, canCount } = counting({ redis, limiter, rate, fetched, quotas });
  return {
    ...rate,
    spendPrefetched: quotas.spend,
    async spend(key) {
      while (fetched > 1) {
        const prefetched = quotas.spend(key);
        if (prefetched) return prefetched;
        // One fetches for all who ask at once: each with a quota of its own would use up the limit with a few requests.
        const another = fetching.get(key);
        const fetch = another ?? consume(key).finally(() => fetching.delete(key));
        fetching.set(key, fetch);
        const spent = await fetch;
        if (!another || spent === 'unavailable' || spent.isOver) return spent;
      }
      return consume(key);
    },
    async forget(key) {
      quotas.delete(key);
      if (canCount()) await settle(limiter.delete(digest(key)));
    },
    async giveBack(key) {
      if (canCount()) await settle(limiter.reward(digest(key), 1));
    },
  };
}

interface Counting {
  redis: Redis;
  limiter: RateLimiterRedis;
  rate: Rate;
  /** Points that are taken at a time. */
  fetched: number;
  quotas: ReturnType<typeof prefetchedQuotas>;
}

function counting({ redis, limiter, rate: { name, points }, fetched, quotas }: Counting) {
  // Until the count that was not waited for is settled, others would only wait behind it.
  let isOverdue = false;
  const endOverdue = () => {
    isOverdue = false;
  };
  const canCount = () => redis.status === 'ready' && !isOverdue;
  async function consume(key: string): Promise<Spent | 'unavailable'> {
    if (!canCount()) return 'unavailable';
    const asked = limiter.consume(digest(key), fetched).catch((refusal: unknown) => refusal);
    const counted = await withTimeout(asked.finally(endOverdue), PATIENCE_MS);
    if (counted instanceof RateLimiterRes) {
      const spent = toSpent(counted, points);
      const endsAt = Date.now() + counted.msBeforeNext;
      if (fetched > 1 && !spent.isOver) quotas.set(key, { left: fetched - 1, remaining: spent.remaining, endsAt });
      return { ...spent, remaining: spent.remaining + (spent.isOver ? 0 : fetched - 1) };
    }
    isOverdue = counted === TIMED_OUT;
    observeSparingly('rate.uncounted', { rate: name, ...errorFields(counted) });
    return 'unavailable';
  }
  return { consume, canCount };
}

/** Waits for a correction of a count, but not long, and not for its success. */
async function settle(correction: Promise<unknown>): Promise<void> {
  await withTimeout(
    correction.catch(() => undefined),
    PATIENCE_MS,
  );
}

/** Keys tell who somebody is or where from: the store gets to see neither. */
const digest = (key: string): string => hash('sha256', key, 'base64url').slice(0, 22);

function prefetchedQuotas() {
  const quotas = new LRUCache<string, Quota>({ max: MOST_QUOTAS });
  return {
    set: (key: string, quota: Quota) => void quotas.set(key, quota),
    delete: (key: string) => void quotas.delete(key),
    /** Spends a point; undefined when there is none. */
    spend(key: string): Spent | undefined {
      const quota = quotas.get(key);
      if (!quota || quota.left === 0 || quota.endsAt <= Date.now()) return undefined;
      quota.left -= 1;
      const resetSeconds = Math.max(1, Math.ceil((quota.endsAt - Date.now()) / 1_000));
      return { isOver: false, remaining: quota.remaining + quota.left, resetSeconds };
    },
  };
}

const toSpent = ({ consumedPoints, remainingPoints, msBeforeNext }: RateLimiterRes, points: number): Spent => ({
  isOver: consumedPoints > points,
  remaining: Math.max(0, remainingPoints),
  resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1_000)),
});
