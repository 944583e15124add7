import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { Payment } from '../../payment/payment.ts';
import { HAS_NOTE } from './credit.ts';

/** The payment and refund totals of an order in paise. The checkout's lock protects them. */
export interface OrderMoney {
  captured: number;
  /** Requested refunds, and refunds that were made without a request. */
  asked: number;
  /** Refunded at the provider. */
  refunded: number;
  /** Refunded outside the provider. */
  outside: number;
  /** Pending refunds. */
  underWay: number;
  /** The total of credit notes, including manual ones. */
  noted: number;
}

/** Loads the payment and refund totals of a checkout and its order. A free order has no payment, and no refunds. */
export async function loadMoney(tx: Tx, checkoutId: string): Promise<OrderMoney> {
  const byHand = `r.cause = 'provider' and r.credited is null and r.state = 'succeeded'`;
  const [[payment], [refunds]] = await Promise.all([
    // Also counts what this transaction requested and has not written yet.
    tx.find(Payment, { checkoutId }),
    tx.query<Pick<OrderMoney, 'outside' | 'underWay' | 'noted'>>(
      `select coalesce(sum(r.amount) filter (where r.cause = 'outside'), 0)::bigint as outside,
          coalesce(sum(r.amount) filter (where r.state = 'pending'), 0)::bigint as "underWay",
          coalesce(sum(case when ${byHand} then r.amount when r.state = 'succeeded' or ${HAS_NOTE} then
            (select sum(amount) from refund_lines where refund_id = r.id) end), 0)::bigint as noted
        from checkouts c join refunds r on r.order_id = c.order_id where c.id = $1`,
      [checkoutId],
    ),
  ]);
  const { captured = 0, refundAsked: asked = 0, refunded = 0 } = payment ?? {};
  return { captured, asked, refunded, outside: 0, underWay: 0, noted: 0, ...refunds };
}
