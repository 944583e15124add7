import type { Queue } from 'bullmq';
import { Cluster } from 'ioredis';
import type { RedisClient } from '../redis/connections.ts';

/** A list of jobs. Its key exists while it has any. */
type JobList = 'active' | 'wait' | 'prioritized';

/** What all processes can ask of all queues together: an idle one must not ask for each queue. */
export interface QueueContents {
  /** The names of the queues with a job in one of these lists, or on a node that does not answer. @throws Error when none answers. */
  withJobs(lists: readonly JobList[]): Promise<ReadonlySet<string>>;
  /** How many of these schedules are stored. @throws Error when Redis does not answer. */
  countSchedules(jobs: readonly { queue: string; name: string }[]): Promise<number>;
  /**
   * Takes a lease, which ends after `ms` milliseconds. @returns false while another process has it
   * @throws Error when Redis does not answer.
   */
  acquireLease(name: string, ms: number): Promise<boolean>;
}

export function openQueueContents(redis: RedisClient, queues: readonly Queue[]): QueueContents {
  /** `groups`: the keys of each queue, which are on one node of a cluster. */
  async function countKeys(groups: readonly string[][]): Promise<number> {
    const asked = redis instanceof Cluster ? groups : [groups.flat()];
    const counts = await Promise.all(asked.filter((keys) => keys.length > 0).map((keys) => redis.exists(keys)));
    return counts.reduce((sum, count) => sum + count, 0);
  }
  return {
    async withJobs(lists) {
      const keysOf = (queue: Queue) => lists.map((list) => queue.toKey(list));
      if (!(redis instanceof Cluster) && (await redis.exists(queues.flatMap(keysOf))) === 0) return new Set();
      const counts = await Promise.allSettled(queues.map((queue) => redis.exists(keysOf(queue))));
      const [first] = counts;
      if (first?.status === 'rejected' && counts.every(({ status }) => status === 'rejected')) throw first.reason;
      const hasNone = (count: (typeof counts)[number] | undefined) =>
        count?.status === 'fulfilled' && count.value === 0;
      return new Set(queues.filter((_, i) => !hasNone(counts[i])).map(({ name }) => name));
    },
    countSchedules: (jobs) =>
      countKeys(
        queues.map((queue) =>
          jobs.filter((job) => job.queue === queue.name).map(({ name }) => queue.toKey(`repeat:${name}`)),
        ),
      ),
    acquireLease: async (name, ms) => (await redis.set(`vcecom:lease:${name}`, '1', 'PX', ms, 'NX')) === 'OK',
  };
}
