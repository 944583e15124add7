import { refused } from '../../../domain/errors.ts';
import { leftOf, redistributeRefund } from '../../../domain/orders/redistribute-refund.ts';
import type { RefundLine } from '../../../domain/orders/refundable.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { appendOperation } from '../../payment/operation.ts';
import type { Order } from '../order.ts';
import { HAS_NOTE, loadCreditable } from './credit.ts';
import { LINES, writeCreditLines } from './credit-lines.ts';
import { loadMoney } from './money.ts';

/**
 * Retries a failed refund up to the amount that is still owed: other refunds may have been made since. An issued credit
 * note stays; without one the lines are reduced again.
 * @returns the id of the call to the provider. @throws REFUND_NOT_FAILED, REFUND_EXCEEDS_PAYMENT
 */
export async function retryFailedRefund(
  tx: Tx,
  { order, refundId }: { order: Pick<Order, 'id' | 'checkoutId'>; refundId: string },
): Promise<string> {
  const { asked, refunded, outside, underWay } = await loadMoney(tx, order.checkoutId);
  const most = asked - refunded - outside - underWay;
  const [refund] = await tx.query<FailedRefund>(
    `select payment_id as "paymentId", amount, ${HAS_NOTE} as "hasNote",
        (select count(*)::int + 1 from payment_operations where refund_id = r.id) as round,
        ${LINES} as lines
      from refunds r where id = $1 and order_id = $2 and state = 'failed'`,
    [refundId, order.id],
  );
  if (!refund) throw refused('REFUND_NOT_FAILED', { refundId });
  const { paymentId, round } = refund;
  const amount = await owedOf(tx, { ...refund, id: refundId, orderId: order.id, most });
  if (amount <= 0)
    throw refused('REFUND_EXCEEDS_PAYMENT', { orderId: order.id, requested: refund.amount, available: 0 });
  await tx.query(`update refunds set state = 'pending', failure = null, decided_at = null, amount = $2 where id = $1`, [
    refundId,
    amount,
  ]);
  return appendOperation(tx, paymentId, { kind: 'refund', amount, refund: { id: refundId, round } });
}

interface FailedRefund {
  paymentId: string;
  /** Paise. */
  amount: number;
  hasNote: boolean;
  /** Number of this call of the refund, from 1. */
  round: number;
  lines: RefundLine[];
}

/**
 * The amount that is still owed of a failed refund, in paise, at most `most`. Adjusts the lines unless a note has them.
 */
async function owedOf(tx: Tx, of: FailedRefund & { id: string; orderId: string; most: number }): Promise<number> {
  if (of.hasNote || of.lines.length === 0) return Math.min(of.amount, of.most);
  const { lines: creditable } = await loadCreditable(tx, of.orderId);
  const amount = Math.max(0, Math.min(of.amount, of.most, leftOf(creditable)));
  const lines = redistributeRefund(of.lines, { amount, creditable });
  await writeCreditLines(tx, { refundId: of.id, orderId: of.orderId, lines });
  return amount;
}
