import type { JobsOptions } from 'bullmq';
import type { core } from 'zod';
import type { JobContract } from '../infra/queue/queue.ts';

/** Retries for about two minutes, with jitter. Completed jobs stay for an hour, failed jobs for 30 days. */
const OPTIONS: JobsOptions = {
  attempts: 10,
  backoff: { type: 'exponential', delay: 250, jitter: 0.5 },
  removeOnComplete: { age: 3_600, count: 500 },
  removeOnFail: { age: 30 * 86_400, count: 10_000 },
};

/** Declares a job. Its name is `queue.verb`, for example `mail.send`. */
export function job<P, Queue extends string, Verb extends string>(
  queue: Queue,
  verb: Verb,
  payload: core.$ZodType<P>,
): JobContract<P, `${Queue}.${Verb}`> {
  return { queue, name: `${queue}.${verb}`, payload, options: OPTIONS };
}
