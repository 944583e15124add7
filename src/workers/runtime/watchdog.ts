import type { Queue, Worker } from 'bullmq';
import { observe } from '../../infra/observability/log.ts';

const CHECK_EVERY_MS = 5_000;
/** A worker is stuck when a job waits this long although the worker has free capacity. In milliseconds. */
const STUCK_AFTER_MS = 30_000;

/**
 * Checks that each worker of this process fetches jobs. Only a restart repairs a connected worker that has free
 * capacity and leaves an old job waiting: then this calls `giveUp`, and the process manager restarts the process.
 */
export function watchWorkers(
  workers: readonly { worker: Worker; queue: Queue; busy(): number }[],
  giveUp: (reason: string) => void,
): () => void {
  const stuckSince = new Map<string, number>();
  const timer = setInterval(() => {
    for (const { worker, queue, busy } of workers) {
      const hasCapacity = busy() < (worker.opts.concurrency ?? 1);
      oldestWaiting(queue)
        .then((since) => {
          const isStuck = hasCapacity && since !== undefined && Date.now() - since > STUCK_AFTER_MS;
          if (!isStuck) return void stuckSince.delete(worker.name);
          const first = stuckSince.get(worker.name) ?? Date.now();
          stuckSince.set(worker.name, first);
          if (Date.now() - first > STUCK_AFTER_MS) giveUp(`the worker of ${worker.name} stopped fetching`);
        })
        .catch(() => stuckSince.delete(worker.name));
    }
  }, CHECK_EVERY_MS);
  timer.unref();
  observe('watchdog.started', { queues: workers.map(({ worker }) => worker.name) });
  return () => clearInterval(timer);
}

/** When the oldest waiting job was added, in milliseconds since 1970. */
async function oldestWaiting(queue: Queue): Promise<number | undefined> {
  const [job] = await queue.getJobs(['waiting', 'prioritized'], 0, 0, true);
  return job?.timestamp;
}
