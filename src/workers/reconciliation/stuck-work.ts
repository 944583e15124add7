import { enqueue, idsInOutbox } from '../../entities/outbox/outbox.ts';
import { CLAIM_UNSETTLED_PAYMENTS, UNSETTLED_PAYMENTS } from '../../entities/payment/payment.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { advanceCheckout } from '../../jobs/checkout.ts';
import { issueDocuments } from '../../jobs/invoices.ts';
import { askProvider, processProviderEvents } from '../../jobs/payments.ts';
import { deliverWebhooks } from '../../jobs/webhooks.ts';
import { EXPIRED_CHECKOUTS } from '../checkout/expiry.ts';
import type { WorkerDeps } from '../deps.ts';
import { enqueueOperation } from '../payments/enqueue-operation.ts';

/** Finds stuck rows without a command under way, and enqueues the command that moves them on. */
export interface StuckWork {
  name: string;
  /** $1 is the maximum number of rows. Skips locked rows. */
  sql: string;
  /** Finds them without a change; absent: `sql` changes nothing. */
  find?: string;
  /** Whether its commands call the payment provider, and so would only wait while the provider is away. */
  needsProvider?: true;
  resume(deps: WorkerDeps, tx: Tx, row: { id: string }): void;
}

export const STUCK_WORK: readonly StuckWork[] = [
  EXPIRED_CHECKOUTS,
  {
    name: 'checkout.unstarted',
    sql: `select id from checkouts where busy and state = 'CREATED' and updated_at < now() - interval '15 s'
        and id::text not in ${idsInOutbox('checkoutId')}
      order by updated_at limit $1 for update skip locked`,
    resume: (deps, tx, { id }) =>
      enqueue(tx, deps.queues, { contract: advanceCheckout, payload: { checkoutId: id, event: 'START' } }),
  },
  {
    name: 'operation.undecided',
    sql: `select id from payment_operations where status in ('pending', 'unknown')
        and created_at < now() - interval '15 s' and id::text not in ${idsInOutbox('operationId')}
      order by created_at limit $1 for update skip locked`,
    resume: enqueueOperation,
  },
  {
    name: 'payment.unsettled',
    sql: CLAIM_UNSETTLED_PAYMENTS,
    find: UNSETTLED_PAYMENTS,
    needsProvider: true,
    resume: (deps, tx, { id }) => enqueue(tx, deps.queues, { contract: askProvider, payload: { paymentId: id } }),
  },
  {
    name: 'document.due',
    sql: `select id from documents_due where created_at < now() - interval '2 s' order by id limit least($1, 1)`,
    resume: (deps, tx) => tx.afterCommit(() => deps.queues.nudge(issueDocuments)),
  },
  {
    name: 'webhook.due',
    sql: `select d.id from webhook_deliveries d join webhook_subscriptions s on s.id = d.subscription_id
      where d.state = 'pending' and d.due_at < now() and s.state = 'active' order by d.due_at limit least($1, 1)`,
    resume: (deps, tx) => tx.afterCommit(() => deps.queues.nudge(deliverWebhooks)),
  },
  {
    name: 'provider_event.unprocessed',
    sql: `select event_id as id from webhook_inbox where processed_at is null
        and due_at < now() - interval '1 s' order by due_at limit least($1, 1)`,
    resume: (deps, tx) => tx.afterCommit(() => deps.queues.nudge(processProviderEvents)),
  },
];
