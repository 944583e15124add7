import type { Tx } from '../../../infra/database/unit-of-work.ts';
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

const NOTHING: OrderMoney = { captured: 0, asked: 0, refunded: 0, outside: 0, underWay: 0, noted: 0 };

/** Loads the payment and refund totals of a checkout and its order. */
export async function loadMoney(tx: Tx, checkoutId: string): Promise<OrderMoney> {
  const byHand = `r.cause = 'provider' and r.credited is null and r.state = 'succeeded'`;
  const [money] = await tx.query<OrderMoney & Record<string, unknown>>(
    `select p.captured, p.refund_asked as asked, p.refunded, coalesce(sum(r.amount) filter (where r.cause = 'outside'), 0)::bigint as outside,
        coalesce(sum(r.amount) filter (where r.state = 'pending'), 0)::bigint as "underWay",
        coalesce(sum(case when ${byHand} then r.amount when r.state = 'succeeded' or ${HAS_NOTE} then
          (select sum(amount) from refund_lines where refund_id = r.id) end), 0)::bigint as noted
      from payments p join checkouts c on c.id = p.checkout_id left join refunds r on r.order_id = c.order_id
      where p.checkout_id = $1 group by p.id`,
    [checkoutId],
  );
  return money ?? NOTHING;
}
