import type { Redis } from 'ioredis';
import { errorFields, observeSparingly } from '../observability/log.ts';

/** How often each key is read, over all processes, the older the less. */
export interface Popularity {
  count(key: string): void;
  /** The keys that are read most, the first one most. */
  most(limit: number): Promise<string[]>;
  /** Halves all counts, and forgets what nobody reads: to be called from time to time, by one. */
  fade(): Promise<void>;
}

/** Counts are gathered in the process and told so often, in milliseconds. */
const TOLD_EVERY_MS = 5_000;
const MOST_GATHERED = 10_000;
const MOST_KEPT = 2_000;

/** A sorted set in Redis; counting costs a look into a map. What Redis does not take is not counted. */
export function openPopularity(redis: Redis, store: string): Popularity {
  const key = `${store}:popularity`;
  let gathered = new Map<string, number>();
  const tell = () => {
    if (gathered.size === 0 || redis.status !== 'ready') return gathered.clear();
    const pipeline = redis.pipeline();
    for (const [name, times] of gathered) pipeline.zincrby(key, times, name);
    gathered = new Map();
    pipeline.exec().catch((error) => observeSparingly('popularity.write_failed', errorFields(error)));
  };
  setInterval(tell, TOLD_EVERY_MS).unref();
  return {
    count(name) {
      if (gathered.size < MOST_GATHERED || gathered.has(name)) gathered.set(name, (gathered.get(name) ?? 0) + 1);
    },
    // The server of the caches may be away while that of the queues is there: that is no failed job.
    most: async (limit) => (redis.status === 'ready' ? redis.zrevrange(key, 0, limit - 1) : []),
    async fade() {
      if (redis.status !== 'ready') return;
      await redis.zunionstore(key, 1, key, 'WEIGHTS', 0.5);
      await redis.zremrangebyrank(key, 0, -MOST_KEPT - 1);
      await redis.zremrangebyscore(key, '-inf', 0.5);
    },
  };
}
