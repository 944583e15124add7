import { startChild } from './child.ts';
import type { Idled, Idling } from './noop.ts';
import { usageOf } from './processes.ts';
import type { Target } from './target.ts';

/** The cost of a job without work. */
export interface QueueRate {
  jobsPerSecond: number;
  /** CPU of the process that adds and processes the jobs, in milliseconds per job. */
  nodeMs: number;
  /** CPU of Redis in milliseconds per job; null when Redis is not on this machine. */
  redisMs: number | null;
}

const WINDOW = 64;
/** The default concurrency of a worker. */
const CONCURRENCY = 16;

/** Adds and processes `jobs` jobs through the queue of the shop. */
export async function measureQueue({ redisUrl, run }: Target, jobs: number): Promise<QueueRate> {
  const child = startChild<Idling, Idled>('noop');
  try {
    const ask = () => child.ask({ redisUrl, jobs, window: WINDOW, concurrency: CONCURRENCY });
    await ask();
    const { pid } = run().processes.redis;
    const before = pid === null ? null : usageOf(pid);
    const { seconds, cpuMs } = await ask();
    const after = pid === null ? null : usageOf(pid);
    const redisMs = before && after && (after.cpuMs - before.cpuMs) / jobs;
    return { jobsPerSecond: jobs / seconds, nodeMs: cpuMs / jobs, redisMs };
  } finally {
    await child.stop();
  }
}
