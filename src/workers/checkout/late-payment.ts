import type { Checkout } from '../../entities/checkout/checkout.ts';
import { TERMINAL_STATES_SQL } from '../../entities/checkout/terminal-states.ts';
import { reholdRedemptions } from '../../entities/pricing/redemption.ts';
import { lockLevelsOf } from '../../entities/stock/stock.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { CheckoutEvent } from '../../machines/checkout.ts';

/**
 * Decides about a payment that succeeded after the end of its checkout: it gets an order only if the buyer is not erased,
 * the discounts are still free and no other checkout has the cart. Takes the discounts again.
 * @returns the refusal, after which the payment is refunded; null if the goods may be taken
 */
export async function refuseLatePayment(tx: Tx, checkout: Checkout): Promise<CheckoutEvent | null> {
  if (await isErased(tx, checkout)) return { type: 'ORDER_REFUSED', reason: 'CUSTOMER_ERASED' };
  const [usedUp] = await reholdRedemptions(tx, checkout.id);
  if (usedUp) return { type: 'ORDER_REFUSED', reason: 'PAID_BUT_DISCOUNT_USED_UP', details: { discountId: usedUp } };
  return (await isCartInAnotherCheckout(tx, checkout)) ? { type: 'ORDER_REFUSED', reason: 'SUPERSEDED' } : null;
}

/** Whether the address was erased: then the shop cannot ship the goods. */
async function isErased(tx: Tx, { id }: Checkout): Promise<boolean> {
  const [addressed] = await tx.query(`select 1 from checkouts where id = $1 and shipping_address is not null`, [id]);
  return addressed === undefined;
}

/**
 * Checks under the cart's lock, which each new checkout takes too. It locks stock levels before the cart (`LOCK_ORDER`).
 */
async function isCartInAnotherCheckout(tx: Tx, { id, cartId }: Checkout): Promise<boolean> {
  await lockLevelsOf(tx, id);
  await tx.query(`select 1 from carts where id = $1 for update`, [cartId]);
  const others = await tx.query(
    `select 1 from checkouts where cart_id = $1 and id <> $2 and state not in (${TERMINAL_STATES_SQL})`,
    [cartId, id],
  );
  return others.length > 0;
}
