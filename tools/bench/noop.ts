import { z } from 'zod';
import { newId } from '../../src/infra/ids.ts';
import { logger } from '../../src/infra/observability/log.ts';
import { newTraceparent } from '../../src/infra/observability/trace.ts';
import { done, handler } from '../../src/infra/queue/handler.ts';
import { openQueues } from '../../src/infra/queue/queue.ts';
import { startWorker } from '../../src/infra/queue/worker.ts';
import { openRedis } from '../../src/infra/redis/redis.ts';
import { job } from '../../src/jobs/contract.ts';
import { serve } from './child.ts';

export interface Idling {
  redisUrl: string;
  jobs: number;
  /** Jobs in the queue at any time. */
  window: number;
  /** Concurrency of the worker. */
  concurrency: number;
}

export interface Idled {
  seconds: number;
  /** CPU of this process, which adds and processes the jobs. */
  cpuMs: number;
}

const emptyJob = job('bench', 'nothing', z.object({ id: z.uuid() }));

// Uses the queue, worker and settings of the shop, with jobs that do nothing.
serve<Idling, Idled>(async ({ redisUrl, jobs, window, concurrency }) => {
  logger.level = 'error';
  const [producing, consuming] = [openRedis(redisUrl, 'produce'), openRedis(redisUrl, 'consume')];
  await new Promise((ready) => producing.once('ready', ready));
  const queues = openQueues([emptyJob], producing);
  const finished = Promise.withResolvers<void>();
  const trace = { requestId: newId(), traceparent: newTraceparent() };
  let [added, worked] = [0, 0];
  const add = () => {
    added += 1;
    const id = newId();
    queues.dispatch({ id, queue: emptyJob.queue, name: emptyJob.name, payload: { id }, trace });
  };
  const work = handler(emptyJob, async () => {
    worked += 1;
    if (added < jobs) add();
    if (worked === jobs) finished.resolve();
    return done;
  });
  const options = { queue: emptyJob.queue, connection: consuming, concurrency, whenUnavailable: () => null };
  const { worker } = startWorker([work], options);
  await worker.waitUntilReady();
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  for (let i = 0; i < Math.min(window, jobs); i += 1) add();
  await finished.promise;
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await worker.close();
  for (const queue of queues.all) await queue.obliterate({ force: true });
  await queues.close();
  producing.disconnect();
  consuming.disconnect();
  return { seconds, cpuMs: (user + system) / 1_000 };
});
