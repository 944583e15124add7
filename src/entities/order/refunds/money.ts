import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { HAS_NOTE } from './credit.ts';

/** What has become of the money of an order, in paise; the checkout's lock protects it. */
export interface Money {
  captured: number;
  /** Asked back, or gone back without that. */
  asked: number;
  /** Gone back at the provider, outside of it, and on its way. */
  refunded: number;
  outside: number;
  underWay: number;
  /** What credit notes say that went back, those that were written by hand included. */
  noted: number;
}

const NOTHING: Money = { captured: 0, asked: 0, refunded: 0, outside: 0, underWay: 0, noted: 0 };

/** Reads what may still go back of an order's payment. */
export async function loadMoney(tx: Tx, checkoutId: string): Promise<Money> {
  const byHand = `r.cause = 'provider' and r.credited is null and r.state = 'succeeded'`;
  const [money] = await tx.query<Money & Record<string, unknown>>(
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
