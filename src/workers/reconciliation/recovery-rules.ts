import { enqueue } from '../../entities/outbox/outbox.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { advanceCheckout } from '../../jobs/checkout.ts';
import { issueDocuments } from '../../jobs/invoices.ts';
import { askProvider, executeOperation, processProviderEvents } from '../../jobs/payments.ts';
import { deliverWebhooks } from '../../jobs/webhooks.ts';
import type { WorkerDeps } from '../deps.ts';

/** Finds stuck rows without a command under way, and enqueues the command that moves them on. */
export interface RecoveryRule {
  name: string;
  /** $1 is the maximum number of rows. Skips locked rows. */
  sql: string;
  remedy(deps: WorkerDeps, tx: Tx, row: { id: string }): void;
}

/** Subquery of the ids that commands in the outbox name. Cheap, because the outbox is short. */
const idsInOutbox = (key: string): string => `(select payload ->> '${key}' from outbox where payload ? '${key}')`;

const advanceBy =
  (event: 'START' | 'EXPIRE'): RecoveryRule['remedy'] =>
  (deps, tx, { id }) =>
    enqueue(tx, deps.queues, { contract: advanceCheckout, payload: { checkoutId: id, event } });

export const RECOVERY_RULES: readonly RecoveryRule[] = [
  {
    name: 'deadline.passed',
    sql: `select id from checkouts where state in ('LOCKED', 'PAYMENT_PENDING') and expires_at <= now()
        and id::text not in ${idsInOutbox('checkoutId')}
      order by expires_at limit $1 for update skip locked`,
    remedy: advanceBy('EXPIRE'),
  },
  {
    name: 'checkout.unstarted',
    sql: `select id from checkouts where busy and state = 'CREATED' and updated_at < now() - interval '15 s'
        and id::text not in ${idsInOutbox('checkoutId')}
      order by updated_at limit $1 for update skip locked`,
    remedy: advanceBy('START'),
  },
  {
    name: 'operation.undecided',
    sql: `select id from payment_operations where status in ('pending', 'unknown')
        and created_at < now() - interval '15 s' and id::text not in ${idsInOutbox('operationId')}
      order by created_at limit $1 for update skip locked`,
    remedy: (deps, tx, { id }) =>
      enqueue(tx, deps.queues, { contract: executeOperation, payload: { operationId: id } }),
  },
  {
    // The first check comes after 20 s, later ones at growing intervals: raising updated_at moves a payment to the end
    // of the queue. The rule includes payments without an intent: the call of a killed worker may have reached the
    // provider.
    name: 'payment.unsettled',
    sql: `update payments set updated_at = now() where id in (
        select id from payments p where status in ('opening', 'requires_method', 'requires_action', 'processing')
          and updated_at < now() - greatest(interval '20 s', (now() - created_at) / 4)
          and (intent_id is not null or created_at > now() - interval '2 days' and not exists (
            select 1 from payment_operations o where o.payment_id = p.id and o.status in ('pending', 'unknown')))
          and id::text not in ${idsInOutbox('paymentId')}
        order by updated_at limit $1 for update skip locked) returning id`,
    remedy: (deps, tx, { id }) => enqueue(tx, deps.queues, { contract: askProvider, payload: { paymentId: id } }),
  },
  {
    name: 'document.due',
    sql: `select id from documents_due where created_at < now() - interval '2 s' order by id limit least($1, 1)`,
    remedy: (deps, tx) => tx.afterCommit(() => deps.queues.nudge(issueDocuments)),
  },
  {
    name: 'webhook.due',
    sql: `select d.id from webhook_deliveries d join webhook_subscriptions s on s.id = d.subscription_id
      where d.state = 'pending' and d.due_at < now() and s.state = 'active' order by d.due_at limit least($1, 1)`,
    remedy: (deps, tx) => tx.afterCommit(() => deps.queues.nudge(deliverWebhooks)),
  },
  {
    name: 'notice.unprocessed',
    sql: `select event_id as id from webhook_inbox where processed_at is null
        and due_at < now() - interval '1 s' order by due_at limit least($1, 1)`,
    remedy: (deps, tx) => tx.afterCommit(() => deps.queues.nudge(processProviderEvents)),
  },
];
