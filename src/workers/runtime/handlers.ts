import type { Handler } from '../../infra/queue/handler.ts';
import { JOBS, type JobName } from '../../jobs/schedule.ts';
import { analyticsHandlers } from '../analytics/analytics.ts';
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

/** The handlers of all jobs. @throws Error that names the jobs without a handler, or with several. */
export const allHandlers = (deps: WorkerDeps): readonly Handler[] =>
  onePerJob([
    ...checkoutHandlers(deps),
    ...paymentHandlers(deps),
    ...providerEventHandlers(deps),
    ...orderHandlers(deps),
    ...invoiceHandlers(deps),
    ...emailHandlers(deps),
    ...passwordResetHandlers(deps),
    ...webhookHandlers(deps),
    ...importHandlers(deps),
    ...reviewHandlers(deps),
    ...cacheHandlers(deps),
    ...sweepHandlers(deps),
    ...reconciliationRunHandlers(deps),
    ...analyticsHandlers(deps),
  ]);

/**
 * The types require a handler for each job: a job without one is asked for as a second argument. A list can be shorter
 * than its type, so the names are compared as well.
 */
export function onePerJob<Name extends JobName>(
  handlers: readonly Handler<Name>[],
  ..._missing: [Exclude<JobName, Name>] extends [never] ? [] : [missing: Exclude<JobName, Name>]
): readonly Handler[] {
  const counts = Map.groupBy(handlers, ({ name }) => name as JobName);
  const wrong = JOBS.map(({ name }) => name).filter((name) => counts.get(name)?.length !== 1);
  if (wrong.length > 0) throw new Error(`These jobs need exactly one handler each: ${wrong.join(', ')}`);
  return handlers;
}
