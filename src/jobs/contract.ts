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

/**
 * The queues of background work, for which no customer waits, with the most jobs that one worker runs at once; of other
 * queues it runs WORKER_CONCURRENCY. A backlog here must not occupy the connections to PostgreSQL (10 by default) that
 * purchases need.
 */
export const BACKGROUND_CONCURRENCY: Readonly<Record<string, number>> = {
  // One import runs at a time: a second job would hold a connection while it waits for the lock.
  imports: 1,
  caches: 1,
  // Numbers are given under the lock of their series; a PDF uses up a processor.
  invoices: 2,
  // Reviews are judged one by one.
  reviews: 2,
  // Each job sends up to twenty requests in parallel.
  webhooks: 2,
  // The sweeper must not wait for two long steps of a reconciliation.
  reconciliation: 4,
};

/** Declares a job. Its name is `queue.verb`, for example `mail.send`. */
export function job<P, Queue extends string, Verb extends string>(
  queue: Queue,
  verb: Verb,
  payload: core.$ZodType<P>,
): JobContract<P, `${Queue}.${Verb}`> {
  return { queue, name: `${queue}.${verb}`, payload, options: OPTIONS };
}
