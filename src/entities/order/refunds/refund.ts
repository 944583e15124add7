import { amountOf, type RefundLine } from '../../../domain/orders/refundable.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { newId } from '../../../infra/ids.ts';
import { Payment } from '../../payment/payment.ts';
import type { Order } from '../order.ts';
import { writeCreditLines } from './credit-lines.ts';

export type RefundCause = 'cancellation' | 'refund' | 'return';

export interface NewRefund {
  order: Order;
  /** The amounts to refund per line, within what may be credited. */
  lines: readonly RefundLine[];
  cause: RefundCause;
  reason: string | null;
}

/**
 * Requests a refund under the locks of the checkout and of the order: books the amount against the captured amount, and
 * appends the refund with its call to the provider.
 * @returns null if there is nothing to refund. @throws REFUND_EXCEEDS_PAYMENT
 */
export async function createRefund(tx: Tx, wanted: NewRefund): Promise<{ id: string; operationId: string } | null> {
  const { order, lines, cause, reason } = wanted;
  const amount = amountOf(lines);
  if (amount === 0) return null;
  const payment = await Payment.of(tx, order.checkoutId);
  const id = newId();
  const operationId = payment.refund(tx, { amount, refund: { id, round: 1 } });
  const row = { id, order_id: order.id, payment_id: payment.id, amount, credited: amount, cause, reason };
  tx.append('refunds', { ...row, state: 'pending', created_at: tx.now });
  for (const line of lines) tx.append('refund_lines', { refund_id: id, order_id: order.id, ...line });
  return { id, operationId };
}

/**
 * Records a refund that was made outside the provider, under the locks of the checkout and of the order. It reduces the
 * amount that can still be refunded. @returns the id of the refund. @throws REFUND_EXCEEDS_PAYMENT
 */
export async function recordRefund(tx: Tx, { order, lines, reason }: Omit<NewRefund, 'cause'>): Promise<string> {
  const amount = amountOf(lines);
  const payment = await Payment.of(tx, order.checkoutId);
  payment.requestRefund(amount, tx.now);
  const id = newId();
  await tx.query(
    `insert into refunds (id, order_id, payment_id, amount, cause, reason, state, created_at, decided_at)
      values ($1, $2, $3, $4, 'outside', $5, 'succeeded', $6, $6)`,
    [id, order.id, payment.id, amount, reason, tx.now],
  );
  await writeCreditLines(tx, { refundId: id, orderId: order.id, lines });
  return id;
}

export interface EndedRefund {
  orderId: string;
  /** Paise. */
  amount: number;
  /** The previous state. */
  before: string;
  /** Requested by this shop and not made in the provider's dashboard. */
  isOurs: boolean;
}

/** Records the result of a refund. @returns the refund; undefined if it had this result already */
export async function decideRefund(
  tx: Tx,
  { id, failure }: { id: string; failure: string | null },
): Promise<EndedRefund | undefined> {
  const [decided] = await tx.query<EndedRefund>(
    `update refunds r set state = $2, failure = $3, decided_at = $4 from refunds before
      where r.id = $1 and before.id = r.id and r.state <> $2
      returning r.order_id as "orderId", r.amount, before.state as before, r.cause <> 'provider' as "isOurs"`,
    [id, failure === null ? 'succeeded' : 'failed', failure, tx.now],
  );
  return decided;
}
