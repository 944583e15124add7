import type { Redis } from 'ioredis';
import { AppError } from '../../domain/errors.ts';
import { isDatabaseDown, isPoolExhausted } from '../../infra/database/database.ts';
import { runLocally } from '../../infra/queue/local-runner.ts';
import { type Handler, startWorker } from '../../infra/queue/worker.ts';
import { warmCaches } from '../../jobs/caches.ts';
import { ProviderError } from '../../ports/payments/port.ts';
import { cacheHandlers } from '../caches/caches.ts';
import { checkoutHandlers } from '../checkout/checkout.ts';
import type { WorkerDeps } from '../deps.ts';
import { importHandlers } from '../imports/imports.ts';
import { invoiceHandlers } from '../invoices/invoices.ts';
import { emailHandlers } from '../notifications/email.ts';
import { passwordResetHandlers } from '../notifications/password-resets.ts';
import { webhookHandlers } from '../notifications/webhooks.ts';
import { orderHandlers } from '../orders/orders.ts';
import { paymentHandlers } from '../payments/payments.ts';
import { providerEventHandlers } from '../payments/provider-events.ts';
import { reconciliationRunHandlers } from '../reconciliation/reconciliation.ts';
import { sweepHandlers } from '../reconciliation/sweeper.ts';
import { reviewHandlers } from '../reviews/reviews.ts';
import { runRelay } from './relay.ts';
import { keepSchedules } from './schedules.ts';
import { watchWorkers } from './watchdog.ts';

const LATER_MS = 1_000;
const PROVIDER_LATER_MS = 5_000;
const WARM_AFTER_MS = 10_000;

/** Something we depend on is away: that is no failed attempt of the job. */
const whenUnavailable = (error: unknown): number | null => {
  if (error instanceof ProviderError && error.outcome !== 'refused') return PROVIDER_LATER_MS;
  return isDatabaseDown(error) || isPoolExhausted(error) || (error instanceof AppError && error.kind === 'unavailable')
    ? LATER_MS
    : null;
};

/**
 * Starts every worker of the house with its relay, schedules and watchdog.
 * @returns how to stop them: no new jobs are taken, those under way are finished.
 */
export function startWorkers(
  deps: WorkerDeps,
  options: { connection: Redis; concurrency: number; giveUp(reason: string): void },
): () => Promise<void> {
  const stopping = new AbortController();
  const byQueue: Record<string, Handler[]> = {
    checkout: checkoutHandlers(deps),
    payments: [...paymentHandlers(deps), ...providerEventHandlers(deps)],
    orders: orderHandlers(deps),
    invoices: invoiceHandlers(deps),
    mail: [...emailHandlers(deps), ...passwordResetHandlers(deps)],
    webhooks: webhookHandlers(deps),
    imports: importHandlers(deps),
    reviews: reviewHandlers(deps),
    caches: cacheHandlers(deps),
    reconciliation: [...sweepHandlers(deps), ...reconciliationRunHandlers(deps)],
  };
  const started = deps.queues.all.map((queue) => {
    const handlers = byQueue[queue.name] ?? [];
    return { queue, ...startWorker(handlers, { queue: queue.name, whenUnavailable, ...options }) };
  });
  // What most purchases lead to at once; each kind has room of its own, so that a slow mail server holds up no payment.
  const local = ['payments', 'mail'].map((queue) =>
    runLocally(byQueue[queue] ?? [], { most: options.concurrency, deliver: deps.queues.deliver }),
  );
  deps.queues.carryOutHere((command) => local.some(({ take }) => take(command)));
  const loops = [runRelay(deps.db, deps.queues, stopping.signal), keepSchedules(deps.queues, stopping.signal)];
  // A worker that has just come has more urgent things to do.
  const warming = setTimeout(() => deps.queues.nudge(warmCaches), WARM_AFTER_MS);
  const stopWatching = watchWorkers(started, options.giveUp);
  return async () => {
    stopping.abort();
    clearTimeout(warming);
    stopWatching();
    deps.queues.carryOutHere(() => false);
    // Without Redis no job can be finished there; what is under way is safe in the outbox.
    const isCutOff = options.connection.status !== 'ready';
    const closed = Promise.all(started.map(({ worker }) => worker.close(isCutOff)));
    closed.catch(() => undefined);
    await Promise.all([isCutOff || closed, ...local.map(({ idle }) => idle()), ...loops]);
  };
}
