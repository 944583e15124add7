import type { Queue, Worker } from 'bullmq';
import { observe } from '../../infra/observability/log.ts';
import type { Queues } from '../../infra/queue/queue.ts';

const CHECK_EVERY_MS = 5_000;
/** A worker is stuck when a job waits this long although the worker has free capacity. In milliseconds. */
const STUCK_AFTER_MS = 30_000;

interface WatchedWorker {
  worker: Worker;
  queue: Queue;
  busy(): number;
}

/**
 * Checks that each worker of this process fetches jobs. Only a restart repairs a connected worker that has free
 * capacity and leaves an old job waiting: then this calls `giveUp`, and the process manager restarts the process.
 */
export function watchWorkers(
  workers: readonly WatchedWorker[],
  { withJobs }: Pick<Queues, 'withJobs'>,
  giveUp: (reason: string) => void,
): () => void {
  const stuckSince = new Map<string, number>();
  const check = async (): Promise<void> => {
    const waiting = await withJobs(['wait', 'prioritized']);
    for (const watched of workers) {
      const { name } = watched.worker;
      if (!waiting.has(name) || !(await isStuck(watched))) stuckSince.delete(name);
      else if (!stuckSince.has(name)) stuckSince.set(name, Date.now());
      else if (Date.now() - (stuckSince.get(name) ?? 0) > STUCK_AFTER_MS)
        giveUp(`the worker of ${name} stopped fetching`);
    }
  };
  const timer = setInterval(() => check().catch(() => stuckSince.clear()), CHECK_EVERY_MS);
  timer.unref();
  observe('watchdog.started', { queues: workers.map(({ worker }) => worker.name) });
  return () => clearInterval(timer);
}

/** Whether the oldest waiting job waits for long, although the worker has free capacity. */
async function isStuck({ worker, queue, busy }: WatchedWorker): Promise<boolean> {
  if (busy() >= (worker.opts.concurrency ?? 1)) return false;
  const [job] = await queue.getJobs(['waiting', 'prioritized'], 0, 0, true);
  return job !== undefined && Date.now() - job.timestamp > STUCK_AFTER_MS;
}
