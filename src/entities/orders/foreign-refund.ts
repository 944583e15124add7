import { newId } from '../../infra/ids.ts';
import type { Tx } from '../../infra/unit-of-work.ts';
import type { Payment } from '../payment.ts';

/** A refund as the provider lists it; the amount in paise. */
interface Listed {
  id: string;
  amount: number;
  reference: string | null;
}

/**
 * Takes a refund into the books that nobody here asked for, under the checkout's lock.
 * @returns false for one that is ours, or was booked before
 */
export async function bookForeignRefund(
  tx: Tx,
  { payment, orderId, refund }: { payment: Payment; orderId: string | null; refund: Listed },
): Promise<boolean> {
  const booked = await tx.query(
    `insert into refunds (id, order_id, payment_id, amount, cause, state, provider_reference, created_at, decided_at)
      select $1::uuid, $2::uuid, $3::uuid, $4::bigint, 'provider', 'succeeded', $5, $6::timestamptz, $6::timestamptz
        where not exists (select 1 from payment_operations where payment_id = $3 and (reference = $5 or id::text = $7))
      on conflict (provider_reference) do nothing returning id`,
    [newId(), orderId, payment.id, refund.amount, refund.id, tx.now, refund.reference],
  );
  if (booked.length === 0) return false;
  payment.recordForeignRefund(refund.amount, tx.now);
  return true;
}

/** A refund of the provider's own desk that counts in our books. */
export async function findForeignRefund(
  tx: Tx,
  reference: string | null,
): Promise<{ id: string; paymentId: string; amount: number } | undefined> {
  const [refund] = await tx.query<{ id: string; paymentId: string; amount: number }>(
    `select id, payment_id as "paymentId", amount from refunds where provider_reference = $1 and state = 'succeeded'`,
    [reference],
  );
  return refund;
}
