import { errorFields, observeSparingly } from '../observability/log.ts';
import type { RedisClient } from '../redis/connections.ts';

/** Counts the reads of each key over all processes; older reads weigh less. */
export interface Popularity {
  count(key: string): void;
  /** Returns the keys that are read most, most popular first. */
  most(limit: number): Promise<string[]>;
  /** Halves all counts and removes unread keys. One process calls it from time to time. */
  fade(): Promise<void>;
}

/** How often a process writes its counts to Redis while there are any, in milliseconds. */
const WRITE_EVERY_MS = 5_000;
const MAX_GATHERED_KEYS = 10_000;
const MAX_KEYS = 2_000;

/** Keeps the counts in a sorted set in Redis. Counts that Redis does not accept are lost. */
export function openPopularity(redis: RedisClient, store: string): Popularity {
  const key = `${store}:popularity`;
  let gathered = new Map<string, number>();
  const writeCounts = () => {
    if (gathered.size === 0 || redis.status !== 'ready') return gathered.clear();
    const pipeline = redis.pipeline();
    for (const [name, times] of gathered) pipeline.zincrby(key, times, name);
    gathered = new Map();
    pipeline.exec().catch((error) => observeSparingly('popularity.write_failed', errorFields(error)));
  };
  return {
    count(name) {
      if (gathered.size === 0) setTimeout(writeCounts, WRITE_EVERY_MS).unref();
      if (gathered.size < MAX_GATHERED_KEYS || gathered.has(name)) gathered.set(name, (gathered.get(name) ?? 0) + 1);
    },
    // The cache server may be down while the queue server is up: the job must not fail for that.
    most: async (limit) => (redis.status === 'ready' ? redis.zrevrange(key, 0, limit - 1) : []),
    async fade() {
      if (redis.status !== 'ready') return;
      const pipeline = redis.pipeline().zunionstore(key, 1, key, 'WEIGHTS', 0.5);
      const results = await pipeline
        .zremrangebyrank(key, 0, -MAX_KEYS - 1)
        .zremrangebyscore(key, '-inf', 0.5)
        .exec();
      const failed = results?.find(([error]) => error !== null);
      if (failed) throw failed[0];
    },
  };
}
