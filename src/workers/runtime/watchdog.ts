import type { Queue, Worker } from 'bullmq';
import { observe } from '../../infra/observability/log.ts';

const LOOK_EVERY_MS = 5_000;
/** A job that waits this long while this worker has room means that the worker no longer fetches. */
const STUCK_AFTER_MS = 30_000;

/**
 * Watches that each worker of this process fetches. One that is connected, has room and leaves an old job waiting is
 * broken in a way that only a new process mends: `giveUp` is called, and whoever runs the process starts it again.
 */
export function watchWorkers(
  workers: readonly { worker: Worker; queue: Queue; busy(): number }[],
  giveUp: (reason: string) => void,
): () => void {
  const stuckSince = new Map<string, number>();
  const timer = setInterval(() => {
    for (const { worker, queue, busy } of workers) {
      const hasRoom = busy() < (worker.opts.concurrency ?? 1);
      oldestWaiting(queue)
        .then((since) => {
          const isStuck = hasRoom && since !== undefined && Date.now() - since > STUCK_AFTER_MS;
          if (!isStuck) return void stuckSince.delete(worker.name);
          const first = stuckSince.get(worker.name) ?? Date.now();
          stuckSince.set(worker.name, first);
          if (Date.now() - first > STUCK_AFTER_MS) giveUp(`the worker of ${worker.name} stopped fetching`);
        })
        .catch(() => stuckSince.delete(worker.name));
    }
  }, LOOK_EVERY_MS);
  timer.unref();
  observe('watchdog.started', { queues: workers.map(({ worker }) => worker.name) });
  return () => clearInterval(timer);
}

/** When the oldest waiting job was added, in ms since 1970. */
async function oldestWaiting(queue: Queue): Promise<number | undefined> {
  const [job] = await queue.getJobs(['waiting'], 0, 0, true);
  return job?.timestamp;
}
