import { startChild } from './child.ts';
import type { Idled, Idling } from './noop.ts';
import { usageOf } from './processes.ts';
import type { Target } from './target.ts';

/** What a job costs that does nothing. */
export interface QueueRate {
  jobsPerSecond: number;
  /** Of the process that adds and works. */
  nodeMs: number;
  /** Null when Redis is not on this machine. */
  redisMs: number | null;
}

const WINDOW = 64;
/** As a worker has it by default. */
const CONCURRENCY = 16;

/** Adds and works off `jobs` jobs through the shop's own plumbing. */
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
