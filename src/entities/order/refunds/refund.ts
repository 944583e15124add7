import { refused } from '../../../domain/errors.ts';
import { amountOf, type RefundLine } from '../../../domain/orders/refundable.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { newId } from '../../../infra/ids.ts';
import { appendRefundCall } from '../../payment/payment.ts';
import type { Order } from '../order.ts';
import { writeCreditLines } from './credit-lines.ts';

export type RefundCause = 'cancellation' | 'refund' | 'return';

export interface WantedRefund {
  order: Order;
  /** What of each line goes back, cut down to what may be credited. */
  lines: readonly RefundLine[];
  cause: RefundCause;
  reason: string | null;
}

/**
 * Asks for money back, under the locks of the checkout and of the order: books what is asked against what was captured,
 * and appends the refund with the call that brings it about.
 * @returns null when there is nothing to give back. @throws REFUND_EXCEEDS_PAYMENT
 */
export async function askRefund(tx: Tx, wanted: WantedRefund): Promise<{ id: string; operationId: string } | null> {
  const { order, lines, cause, reason } = wanted;
  const amount = amountOf(lines);
  if (amount === 0) return null;
  const paymentId = await bookAsked(tx, order, amount);
  const id = newId();
  const row = { id, order_id: order.id, payment_id: paymentId, amount, credited: amount, cause, reason };
  tx.append('refunds', { ...row, state: 'pending', created_at: tx.now });
  for (const line of lines) tx.append('refund_lines', { refund_id: id, order_id: order.id, ...line });
  return { id, operationId: appendRefundCall(tx, { paymentId, refundId: id, amount, round: 1 }) };
}

/**
 * Writes down money that was given back outside the provider, under the locks of the checkout and of the order: it leaves
 * less to be asked for. @returns the id of the refund. @throws REFUND_EXCEEDS_PAYMENT
 */
export async function recordRefund(tx: Tx, { order, lines, reason }: Omit<WantedRefund, 'cause'>): Promise<string> {
  const amount = amountOf(lines);
  const paymentId = await bookAsked(tx, order, amount);
  const id = newId();
  await tx.query(
    `insert into refunds (id, order_id, payment_id, amount, cause, reason, state, created_at, decided_at)
      values ($1, $2, $3, $4, 'outside', $5, 'succeeded', $6, $6)`,
    [id, order.id, paymentId, amount, reason, tx.now],
  );
  await writeCreditLines(tx, { refundId: id, orderId: order.id, lines });
  return id;
}

/** Books an amount as asked back, in paise. @returns the id of the payment. @throws REFUND_EXCEEDS_PAYMENT */
async function bookAsked(tx: Tx, { id: orderId, checkoutId }: Order, amount: number): Promise<string> {
  const [payment] = await tx.query<{ id: string }>(
    `update payments set refund_asked = refund_asked + $2, version = version + 1, updated_at = $3
      where checkout_id = $1 and refund_asked + $2 <= captured returning id`,
    [checkoutId, amount, tx.now],
  );
  if (!payment) throw refused('REFUND_EXCEEDS_PAYMENT', { orderId, requested: amount });
  return payment.id;
}

export interface EndedRefund {
  orderId: string;
  /** Paise. */
  amount: number;
  /** The state that it was in. */
  before: string;
  /** Asked for here, and not made in the provider's own dashboard. */
  isOurs: boolean;
}

/** Writes down how a refund ended. @returns what it was about, or undefined when it had ended so before */
export async function decideRefund(
  tx: Tx,
  { id, failure }: { id: string; failure: string | null },
): Promise<EndedRefund | undefined> {
  const [decided] = await tx.query<EndedRefund & Record<string, unknown>>(
    `update refunds r set state = $2, failure = $3, decided_at = $4 from refunds before
      where r.id = $1 and before.id = r.id and r.state <> $2
      returning r.order_id as "orderId", r.amount, before.state as before, r.cause <> 'provider' as "isOurs"`,
    [id, failure === null ? 'succeeded' : 'failed', failure, tx.now],
  );
  return decided;
}
