import { enqueue, idsInOutbox } from '../../entities/outbox/outbox.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { advanceCheckout } from '../../jobs/checkout.ts';
import type { WorkerDeps } from '../deps.ts';

/** The unpaid checkouts past their deadline, which the sweeper ends with the event EXPIRE. $1: the most of a round. */
export const EXPIRED_CHECKOUTS = {
  name: 'deadline.passed',
  sql: `select id from checkouts where state in ('LOCKED', 'PAYMENT_PENDING') and expires_at <= now()
      and id::text not in ${idsInOutbox('checkoutId')}
    order by expires_at limit $1 for update skip locked`,
  resume: ({ queues }: WorkerDeps, tx: Tx, { id }: { id: string }) =>
    enqueue(tx, queues, { contract: advanceCheckout, payload: { checkoutId: id, event: 'EXPIRE' } }),
};
