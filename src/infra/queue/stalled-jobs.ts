import type { Worker } from 'bullmq';
import { errorFields, observeSparingly } from '../observability/log.ts';
import type { Queues } from './queue.ts';

/** How often a process looks for the jobs of killed workers, in milliseconds. */
const CHECK_EVERY_MS = 1_500;

/** The shortest time between two checks of a queue by any process, in milliseconds: others skip theirs. */
export const MIN_CHECK_INTERVAL_MS = 1_000;

/**
 * Puts jobs whose worker lost their lock back into their queues: the first check of a running job notes it, a later one
 * finds that it has no lock. BullMQ's own workers would check each queue by itself, also those without running jobs.
 * @returns a function that stops the checks
 */
export function recoverStalledJobs(
  workers: readonly Worker[],
  { isConnected, withJobs }: Pick<Queues, 'isConnected' | 'withJobs'>,
): () => void {
  // A queue on a node that does not answer must not stop the checks of the others.
  const checking = new Set<Worker>();
  async function checkQueue(worker: Worker): Promise<void> {
    checking.add(worker);
    await worker
      .getBackend()
      .moveStalledJobsToWait()
      .finally(() => checking.delete(worker));
  }
  async function check(): Promise<void> {
    if (!isConnected()) return;
    try {
      const active = await withJobs(['active']);
      await Promise.all(workers.filter((one) => active.has(one.name) && !checking.has(one)).map(checkQueue));
    } catch (error) {
      observeSparingly('jobs.stalled_check_failed', errorFields(error));
    }
  }
  void check();
  const timer = setInterval(check, CHECK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
