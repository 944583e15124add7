import { Refund } from '../../entities/order/refunds/refund.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { OrderWork } from '../../jobs/orders.ts';
import type { WorkerDeps } from '../deps.ts';
import { requestCreditNote } from '../invoices/request-document.ts';
import { announce } from '../notifications/announce.ts';
import type { ParsedCommand, Prepared } from './parsed-command.ts';
import { linesByValue } from './refunds/refundable.ts';

/**
 * Records a refund that was made outside the payment provider, with a credit note by value. The amount cannot be
 * refunded again.
 * @throws REFUND_EXCEEDS_PAYMENT
 */
export async function prepareExternalRefund(
  deps: WorkerDeps,
  tx: Tx,
  { order, work: { amount }, reason }: ParsedCommand<OrderWork['RECORD_REFUND']>,
): Promise<Prepared> {
  const lines = await linesByValue(tx, order, amount);
  const orderId = order.id;
  return {
    event: { type: 'RECORD_REFUND', amount },
    async perform() {
      const refundId = await Refund.record(tx, { order, lines, reason });
      requestCreditNote(deps, tx, { refundId, orderId });
      await announce(deps, tx, { type: 'refund.succeeded', data: { orderId, refundId, amount, failure: null } });
      return { refundId };
    },
    next: { type: 'MONEY_RETURNED', amount },
  };
}
