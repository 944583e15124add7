import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { newId } from '../../../infra/ids.ts';
import type { Payment } from '../../payment/payment.ts';
import { writeCreditLines } from './credit-lines.ts';
import { creditLines } from './foreign-credit.ts';
import { loadMoney } from './money.ts';

/** A refund from the provider's list; the amount in paise. */
interface Listed {
  id: string;
  amount: number;
  reference: string | null;
}

/**
 * Books a refund that was made in the provider's dashboard, with its credit note lines, under the locks of the checkout
 * and of the order.
 * @returns its id, and the paise of our pending refunds; undefined if the refund is our own or was booked before
 */
export async function bookForeignRefund(
  tx: Tx,
  { payment, orderId, refund }: { payment: Payment; orderId: string | null; refund: Listed },
): Promise<{ id: string; underWay: number } | undefined> {
  const before = await loadMoney(tx, payment.checkoutId);
  const [booked] = await tx.query<{ id: string }>(
    `insert into refunds (id, order_id, payment_id, amount, cause, state, provider_reference, created_at, decided_at)
      select $1::uuid, $2::uuid, $3::uuid, $4::bigint, 'provider', 'succeeded', $5, $6::timestamptz, $6::timestamptz
        where not exists (select 1 from payment_operations where payment_id = $3 and (reference = $5 or id::text = $7))
      on conflict (provider_reference) do nothing returning id`,
    [newId(), orderId, payment.id, refund.amount, refund.id, tx.now, refund.reference],
  );
  if (!booked) return undefined;
  const { underWay, outside } = before;
  const refunded = payment.refunded + refund.amount;
  payment.recordForeignRefund({ amount: refund.amount, elsewhere: underWay + outside, now: tx.now });
  if (orderId) {
    const lines = await creditLines(tx, { orderId, amount: refund.amount, money: { ...before, refunded } });
    await writeCreditLines(tx, { refundId: booked.id, orderId, lines });
  }
  return { id: booked.id, underWay };
}

/** Finds a booked refund of the provider's dashboard that no call of ours has replaced since. */
export async function findForeignRefund(
  tx: Tx,
  reference: string | null,
): Promise<{ id: string; paymentId: string; amount: number } | undefined> {
  const [refund] = await tx.query<{ id: string; paymentId: string; amount: number }>(
    `select id, payment_id as "paymentId", amount from refunds r where provider_reference = $1 and state = 'succeeded'
      and not exists (select 1 from payment_operations where refund_id = r.id)`,
    [reference],
  );
  return refund;
}
