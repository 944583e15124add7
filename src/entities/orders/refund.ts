import { refused } from '../../domain/errors.ts';
import { amountOf, type RefundLine } from '../../domain/orders/refundable.ts';
import { newId } from '../../infra/ids.ts';
import type { Tx } from '../../infra/unit-of-work.ts';
import type { Order } from '../order.ts';
import { appendRefundCall } from '../payment.ts';

export type RefundCause = 'cancellation' | 'refund' | 'return';

export interface WantedRefund {
  order: Order;
  lines: readonly RefundLine[];
  /** Paise that may still be asked for: money that went back at the provider's own desk is not given twice. */
  left: number;
  cause: RefundCause;
  reason: string | null;
}

/**
 * Asks for money back, under the locks of the checkout and of the order: books what is asked against what was captured,
 * and appends the refund with the call that brings it about.
 * @returns null when there is nothing to give back. @throws REFUND_EXCEEDS_PAYMENT
 */
export async function askRefund(tx: Tx, wanted: WantedRefund): Promise<{ id: string; operationId: string } | null> {
  const { order, lines, left, cause, reason } = wanted;
  const amount = Math.min(amountOf(lines), left);
  if (amount === 0) return null;
  const [payment] = await tx.query<{ id: string }>(
    `update payments set refund_asked = refund_asked + $2, version = version + 1, updated_at = $3
      where checkout_id = $1 and refund_asked + $2 <= captured returning id`,
    [order.checkoutId, amount, tx.now],
  );
  if (!payment) throw refused('REFUND_EXCEEDS_PAYMENT', { orderId: order.id, requested: amount });
  const id = newId();
  const row = { id, order_id: order.id, payment_id: payment.id, amount, cause, reason };
  tx.append('refunds', { ...row, state: 'pending', created_at: tx.now });
  for (const line of lines) tx.append('refund_lines', { refund_id: id, order_id: order.id, ...line });
  return { id, operationId: appendRefundCall(tx, { paymentId: payment.id, refundId: id, amount, round: 1 }) };
}

/** Tries a refund again that the provider did not carry out. @throws REFUND_NOT_FAILED for any other */
export async function askAgain(tx: Tx, { orderId, refundId }: { orderId: string; refundId: string }): Promise<string> {
  const [refund] = await tx.query<{ paymentId: string; amount: number; round: number }>(
    `update refunds set state = 'pending', failure = null, decided_at = null
      where id = $1 and order_id = $2 and state = 'failed' and cause <> 'provider'
      returning payment_id as "paymentId", amount,
        (select count(*)::int + 1 from payment_operations where refund_id = $1) as round`,
    [refundId, orderId],
  );
  if (!refund) throw refused('REFUND_NOT_FAILED', { refundId });
  return appendRefundCall(tx, { refundId, ...refund });
}

export interface EndedRefund {
  orderId: string;
  /** Paise. */
  amount: number;
  /** The state that it was in. */
  before: string;
  /** Asked for here, and not at the provider's own desk. */
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
