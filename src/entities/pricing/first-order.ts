import { ranked } from '../../infra/database/groups/merged-statements.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { LOCK_ORDER } from '../checkout/lock-order.ts';

const TAKE = ranked(
  `insert into first_orders (redeemer, checkout_id) values ($1, $2) on conflict do nothing returning 1`,
  LOCK_ORDER.firstOrders,
);

/**
 * Claims the first order of a redeemer for a checkout and all its first-order discounts. Call after locking the counters
 * and before the stock levels. Waits for a concurrent checkout that claims or releases it.
 * @returns false if another checkout has it.
 */
export async function takeFirstOrder(tx: Tx, checkoutId: string, redeemer: string | null): Promise<boolean> {
  if (redeemer === null) return true;
  return (await tx.query(TAKE, [redeemer, checkoutId])).length > 0;
}
