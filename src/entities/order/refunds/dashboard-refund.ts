import type { Query } from '../../../infra/database/query.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { isUuid } from '../../../infra/ids.ts';
import { TERMINAL_STATES_SQL } from '../../checkout/terminal-states.ts';
import type { Payment } from '../../payment/payment.ts';
import { creditLines } from './dashboard-credit.ts';
import { loadMoney } from './money.ts';
import { Refund } from './refund.ts';

/** A refund from the provider's list; the amount in paise. */
interface Listed {
  id: string;
  amount: number;
  reference: string | null;
}

/**
 * Books a refund that was made in the provider's dashboard, with its credit note lines, under the locks of the checkout
 * and of the order, and writes it.
 * @returns its id, and the paise of our pending refunds; undefined if the refund is our own or was booked before
 */
export async function bookDashboardRefund(
  tx: Tx,
  { payment, orderId, refund }: { payment: Payment; orderId: string | null; refund: Listed },
): Promise<{ id: string; underWay: number } | undefined> {
  if ((await isKnown(tx.query, payment.id, refund)) || (await isRepeated(tx.query, refund))) return undefined;
  const { amount, id: providerReference } = refund;
  const before = await loadMoney(tx, payment.checkoutId);
  const { underWay, outside } = before;
  payment.recordDashboardRefund({ amount, elsewhere: underWay + outside, now: tx.now });
  const money = { ...before, refunded: payment.refunded };
  const lines = orderId === null ? [] : await creditLines(tx, { orderId, amount, money });
  const row = { orderId, paymentId: payment.id, amount, cause: 'provider', reason: null, state: 'succeeded' } as const;
  const { id } = Refund.add(tx, { ...row, providerReference }, lines);
  await tx.write();
  return { id, underWay };
}

/** Whether a refund from the provider's list is our own, or was booked before. */
async function isKnown(query: Query, paymentId: string, { id, reference }: Listed): Promise<boolean> {
  const known = await query(
    `select 1 from payment_operations where payment_id = $1 and (reference = $2 or (id::text = $3 and status <> 'refused'))
      union all select 1 from refunds where provider_reference = $2`,
    [paymentId, id, reference],
  );
  return known.length > 0;
}

/**
 * Whether the refund belongs to a command or checkout that has not requested it yet: the database was restored to an earlier
 * instant, and the provider will answer the repeated request with this refund.
 */
async function isRepeated(query: Query, { reference }: Listed): Promise<boolean> {
  // References of refunds in the dashboard may be any text.
  if (reference === null || !isUuid(reference)) return false;
  const pending = await query(
    `select 1 from order_commands where id = $1 and state = 'pending'
      union all select 1 from checkouts where id = $1 and state not in ('COMPLETED', ${TERMINAL_STATES_SQL})`,
    [reference],
  );
  return pending.length > 0;
}

/**
 * Finds a refund of `amount` paise that the shop made and does not know: its command was lost when the database was restored to
 * an earlier instant. Who requests it again gets this one.
 */
export async function findLostRefund<R extends Listed>(
  query: Query,
  { paymentId, amount }: { paymentId: string; amount: number },
  refunds: readonly R[],
): Promise<R | undefined> {
  for (const refund of refunds) {
    // A refund of the dashboard has no reference of ours: another one of its amount may be meant.
    if (refund.amount !== amount || refund.reference === null || !isUuid(refund.reference)) continue;
    if (!(await isKnown(query, paymentId, refund)) && !(await isRepeated(query, refund))) return refund;
  }
  return undefined;
}

/** Finds a booked refund of the provider's dashboard that no call of ours has replaced since. */
export async function findDashboardRefund(
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
