import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { errorFields, observeSparingly } from '../observability/log.ts';
import { TIMED_OUT, withTimeout } from '../with-timeout.ts';
import type { RedisClient } from './connections.ts';

/** At most `points` in `seconds`, counted per key. */
export interface Rate {
  name: string;
  points: number;
  seconds: number;
  /** Fetches points in advance, for busy limits where 1 percent more or less does not matter. */
  isCoarse?: boolean;
}

export interface Spent {
  isOver: boolean;
  remaining: number;
  /** Seconds until the count restarts. */
  resetSeconds: number;
}

export interface Counter extends Rate {
  /** Spends one point; returns `unavailable` when Redis does not answer. */
  spend(key: string): Promise<Spent | 'unavailable'>;
  /** Spends a point that this process has prefetched; returns undefined when it has none: then use `spend`. */
  spendPrefetched(key: string): Spent | undefined;
  /** Resets the count of a key; does nothing when Redis does not answer. */
  forget(key: string): Promise<void>;
  /** Returns one spent point; does nothing when Redis does not answer. */
  returnQuota(key: string): Promise<void>;
}

/** The longest wait of a request for its count, in milliseconds. */
const COUNT_TIMEOUT_MS = 250;

/** A coarse limit fetches one hundredth of its points at a time: the limit is exact to 1 percent. */
const PREFETCH_DIVISOR = 100;
const MAX_QUOTAS = 20_000;

/** The prefetched points of a caller that are not spent yet. */
interface Quota {
  left: number;
  /** Points that remain in Redis. */
  remaining: number;
  /** In ms since 1970. */
  endsAt: number;
}

/** Counts in Redis, for all processes together. `redis` fails fast: a slow count is not waited for. */
export function openCounter(redis: RedisClient, rate: Rate): Counter {
  const { name, points, seconds, isCoarse = false } = rate;
  const limiter = new RateLimiterRedis({ storeClient: redis, keyPrefix: `rate:${name}`, points, duration: seconds });
  const batchPoints = isCoarse ? Math.max(1, Math.floor(points / PREFETCH_DIVISOR)) : 1;
  // The cache allocates its maximum at once.
  const quotas = prefetchedQuotas(batchPoints > 1 ? MAX_QUOTAS : 1);
  const pendingFetches = new Map<string, Promise<Spent | 'unavailable'>>();
  const { consume, canCount } = openConsumer({ redis, limiter, rate, batchPoints, quotas });
  return {
    ...rate,
    spendPrefetched: quotas.spend,
    async spend(key) {
      while (batchPoints > 1) {
        const prefetched = quotas.spend(key);
        if (prefetched) return prefetched;
        // Concurrent requests share one fetch: separate quotas would use up the limit with a few requests.
        const another = pendingFetches.get(key);
        const fetch = another ?? consume(key).finally(() => pendingFetches.delete(key));
        pendingFetches.set(key, fetch);
        const spent = await fetch;
        if (!another || spent === 'unavailable' || spent.isOver) return spent;
      }
      return consume(key);
    },
    async forget(key) {
      quotas.delete(key);
      if (canCount()) await waitBriefly(limiter.delete(digest(key)));
    },
    async returnQuota(key) {
      if (canCount()) await waitBriefly(limiter.reward(digest(key), 1));
    },
  };
}

interface ConsumerContext {
  redis: RedisClient;
  limiter: RateLimiterRedis;
  rate: Rate;
  /** Points that are fetched at a time. */
  batchPoints: number;
  quotas: ReturnType<typeof prefetchedQuotas>;
}

function openConsumer({ redis, limiter, rate: { name, points }, batchPoints, quotas }: ConsumerContext) {
  // Until an overdue count is settled, other requests would only wait behind it.
  let isOverdue = false;
  const endOverdue = () => {
    isOverdue = false;
  };
  const canCount = () => redis.status === 'ready' && !isOverdue;
  async function consume(key: string): Promise<Spent | 'unavailable'> {
    if (!canCount()) return 'unavailable';
    const consumed = limiter.consume(digest(key), batchPoints).catch((refusal: unknown) => refusal);
    const counted = await withTimeout(consumed.finally(endOverdue), COUNT_TIMEOUT_MS);
    if (counted instanceof RateLimiterRes) {
      const spent = toSpent(counted, points);
      const endsAt = Date.now() + counted.msBeforeNext;
      if (batchPoints > 1 && !spent.isOver)
        quotas.set(key, { left: batchPoints - 1, remaining: spent.remaining, endsAt });
      return { ...spent, remaining: spent.remaining + (spent.isOver ? 0 : batchPoints - 1) };
    }
    isOverdue = counted === TIMED_OUT;
    observeSparingly('rate.uncounted', { rate: name, ...errorFields(counted) });
    return 'unavailable';
  }
  return { consume, canCount };
}

/** Waits a short time for a correction of a count, and ignores its failure. */
async function waitBriefly(correction: Promise<unknown>): Promise<void> {
  await withTimeout(
    correction.catch(() => undefined),
    COUNT_TIMEOUT_MS,
  );
}

/** Hashes a key, which may contain personal data: Redis must not see it. */
const digest = (key: string): string => hash('sha256', key, 'base64url').slice(0, 22);

function prefetchedQuotas(max: number) {
  const quotas = new LRUCache<string, Quota>({ max });
  return {
    set: (key: string, quota: Quota) => void quotas.set(key, quota),
    delete: (key: string) => void quotas.delete(key),
    /** Spends a point; returns undefined when there is none. */
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
