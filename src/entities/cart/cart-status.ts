import { forAnyKeys } from '../../infra/database/groups/merged-statements.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { TERMINAL_STATES_SQL } from '../checkout/terminal-states.ts';

/*
 * The cart of a checkout changes without being loaded, so that a purchase needs one statement for it. The lock of the
 * checkout protects it: a cart in checkout has one live checkout.
 */

const ORDER_CARTS = forAnyKeys(
  `update carts set status = 'ordered', version = version + 1, updated_at = now() where id = any($1)`,
);

/** Marks the cart of a checkout that became an order as ordered. */
export const markCartOrdered = (tx: Tx, cartId: string): void => tx.send(ORDER_CARTS, [[cartId]]);

/** $2: a checkout that ends in this transaction, or null. */
const REOPEN = `update carts set status = 'open', version = version + 1, updated_at = $3
  where id = $1 and status = 'checkout' and not exists (select 1 from checkouts
    where cart_id = $1 and id is distinct from $2::uuid and state not in (${TERMINAL_STATES_SQL}))
  returning id`;

/** Reopens the cart of a checkout that ends, unless another checkout has the cart or the cart was ordered before. */
export const reopenCartAfter = (tx: Tx, { id, cartId }: { id: string; cartId: string }): void =>
  tx.send(REOPEN, [cartId, id, tx.now]);

/** Reopens a cart that has no live checkout. @returns whether it was in checkout without one */
export const reopenOrphanedCart = async (tx: Tx, cartId: string): Promise<boolean> =>
  (await tx.query(REOPEN, [cartId, null, tx.now])).length > 0;
