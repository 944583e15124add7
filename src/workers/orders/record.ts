import { creditNoteDue } from '../../entities/invoice/due.ts';
import { recordRefund } from '../../entities/order/refunds/refund.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { issueDocuments } from '../../jobs/invoices.ts';
import type { OrderWork } from '../../jobs/orders.ts';
import type { WorkerDeps } from '../deps.ts';
import { announce } from '../notifications/announce.ts';
import type { LineRequest, Prepared } from './prepared.ts';
import { linesByValue } from './refunds/refundable.ts';

/**
 * Money was given back outside the provider: it gets a credit note by value, and cannot be refunded once more.
 * @throws REFUND_EXCEEDS_PAYMENT
 */
export async function prepareRecord(
  deps: WorkerDeps,
  tx: Tx,
  { order, work: { amount }, reason }: LineRequest<OrderWork['RECORD_REFUND']>,
): Promise<Prepared> {
  const lines = await linesByValue(tx, order, amount);
  const orderId = order.id;
  return {
    event: { type: 'RECORD_REFUND', amount },
    async perform() {
      const refundId = await recordRefund(tx, { order, lines, reason });
      creditNoteDue(tx, { refundId, orderId });
      tx.afterCommit(() => deps.queues.nudge(issueDocuments));
      await announce(deps, tx, { type: 'refund.succeeded', data: { orderId, refundId, amount, failure: null } });
      return { refundId };
    },
    next: { type: 'MONEY_RETURNED', amount },
  };
}
