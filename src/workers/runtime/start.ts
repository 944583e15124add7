import { AppError } from '../../domain/errors.ts';
import { isDatabaseDown, isPoolExhausted } from '../../infra/database/database.ts';
import type { WhenUnavailable } from '../../infra/queue/executor.ts';
import { runLocally } from '../../infra/queue/local-runner.ts';
import { recoverStalledJobs } from '../../infra/queue/stalled-jobs.ts';
import { startWorker, type WorkerOptions } from '../../infra/queue/worker.ts';
import { warmCaches } from '../../jobs/caches.ts';
import { BACKGROUND_CONCURRENCY } from '../../jobs/contract.ts';
import { ProviderError } from '../../ports/payments/port.ts';
import type { WorkerDeps } from '../deps.ts';
import { allHandlers } from './handlers.ts';
import { runRelay } from './relay.ts';
import { maintainSchedules } from './schedules.ts';
import { triggerSweeps } from './sweep-trigger.ts';
import { watchWorkers } from './watchdog.ts';

const RETRY_MS = 1_000;
const PROVIDER_RETRY_MS = 5_000;
const WARM_AFTER_MS = 10_000;

/** The delay in milliseconds after an outage of a dependency, which uses up no attempt; null for other errors. */
const whenUnavailable: WhenUnavailable = (error) => {
  if (error instanceof ProviderError && error.outcome !== 'refused') return PROVIDER_RETRY_MS;
  return isDatabaseDown(error) || isPoolExhausted(error) || (error instanceof AppError && error.kind === 'unavailable')
    ? RETRY_MS
    : null;
};

/**
 * Starts all workers with the relay, the schedules and the watchdog. @throws Error when a job has no handler.
 * @returns a function that stops them: they take no new jobs and finish the jobs under way.
 */
export function startWorkers(
  deps: WorkerDeps,
  options: Pick<WorkerOptions, 'connection' | 'openBlocking' | 'concurrency'> & { giveUp(reason: string): void },
): () => Promise<void> {
  const stopping = new AbortController();
  const byQueue = Map.groupBy(allHandlers(deps), ({ queue }) => queue);
  const started = deps.queues.all.map((queue) => {
    const handlers = byQueue.get(queue.name) ?? [];
    const limit = BACKGROUND_CONCURRENCY[queue.name];
    const concurrency = Math.min(limit ?? options.concurrency, options.concurrency);
    const special = { queue: queue.name, whenUnavailable, concurrency, isBackground: limit !== undefined };
    return { queue, ...startWorker(handlers, { ...options, ...special }) };
  });
  // Run payments and mails in this process, without a round trip to Redis. Separate pools: a slow mail server must not
  // delay payments.
  const local = ['payments', 'mail'].map((queue) =>
    runLocally(byQueue.get(queue) ?? [], { most: options.concurrency, deliver: deps.queues.deliver, whenUnavailable }),
  );
  deps.queues.runInProcess((command) => local.some(({ take }) => take(command)));
  const { signal } = stopping;
  const loops = [runRelay(deps, signal), triggerSweeps(deps, signal), maintainSchedules(deps.queues, signal)];
  // Warm the caches later: a new worker has more urgent jobs.
  const warming = setTimeout(() => deps.queues.nudge(warmCaches), WARM_AFTER_MS);
  const stopRecovering = recoverStalledJobs(
    started.map(({ worker }) => worker),
    deps.queues,
  );
  const stopWatching = watchWorkers(started, deps.queues, options.giveUp);
  return async () => {
    stopping.abort();
    clearTimeout(warming);
    stopRecovering();
    stopWatching();
    deps.queues.runInProcess(() => false);
    // Without Redis no job can be completed; the outbox still holds the commands under way.
    const isDisconnected = options.connection.status !== 'ready';
    const closed = Promise.all(started.map(({ worker }) => worker.close(isDisconnected)));
    closed.catch(() => undefined);
    await Promise.all([isDisconnected || closed, ...local.map(({ idle }) => idle()), ...loops]);
  };
}
