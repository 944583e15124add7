import type { JobsOptions } from 'bullmq';
import type { core } from 'zod';
import type { JobContract } from '../infra/queue/queue.ts';

/** Retries over about two minutes with jitter; finished jobs stay long enough to be looked at, failed ones for a month. */
const OPTIONS: JobsOptions = {
  attempts: 10,
  backoff: { type: 'exponential', delay: 250, jitter: 0.5 },
  removeOnComplete: { age: 3_600, count: 500 },
  removeOnFail: { age: 30 * 86_400, count: 10_000 },
};

/** Declares a job. `name` is `queue.verb`, so the queue can be read from it. */
export function job<P>(queue: string, verb: string, payload: core.$ZodType<P>): JobContract<P> {
  return { queue, name: `${queue}.${verb}`, payload, options: OPTIONS };
}
