import { ranked } from '../../infra/database/groups/merged-statements.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { LOCK_ORDER } from '../checkout/lock-order.ts';

const TAKE = ranked(
  `insert into first_orders (redeemer, checkout_id) values ($1, $2) on conflict do nothing returning 1`,
  LOCK_ORDER.firstOrders,
);

/**
 * Takes the first order of the redeemer for this checkout, whichever discounts it is for. Behind the counters, before the
 * levels of stock; another checkout that is about to take or to give it back is waited for.
 * @returns false when another checkout has it.
 */
export async function takeFirstOrder(tx: Tx, checkoutId: string, redeemer: string | null): Promise<boolean> {
  if (redeemer === null) return true;
  return (await tx.query(TAKE, [redeemer, checkoutId])).length > 0;
}
