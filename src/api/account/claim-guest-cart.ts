import { z } from 'zod';
import { Cart, CartItem } from '../../entities/cart/cart.ts';
import { currentCartOf, mergeInto } from '../../entities/cart/cart-merge.ts';
import { limitedGoods, loadGoods } from '../../entities/catalogue/sellable.ts';
import { idsOf } from '../../entities/pricing/priced.ts';
import { isTokenFor } from '../../infra/crypto/tokens.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../deps.ts';
import type { Call } from '../http/route.ts';

export const cartIdSchema = z.uuid().optional().meta({
  description:
    "The guest's cart to bring along, with its token as `X-Cart-Token`. One that cannot be brought is left alone.",
});

export const broughtCart = z
  .object({ id: z.uuid() })
  .nullable()
  .meta({ description: 'The cart that the customer goes on filling; null when there is none.' });

interface Bringing {
  cartId: string | undefined;
  call: Pick<Call<unknown, unknown, unknown>, 'headers'>;
  customerId: string;
}

/**
 * Makes a guest's cart the customer's, or merges it into the open one that the customer has. A cart that is not there,
 * not the caller's, or in a checkout stays as it is: nobody is kept from signing in by it.
 */
export async function bringCart(
  { secret, orderLimits }: ApiDeps,
  tx: Tx,
  bringing: Bringing,
): Promise<{ id: string } | null> {
  const { cartId, call, customerId } = bringing;
  const mineId = await currentCartOf(tx.query, customerId);
  const token = call.headers['x-cart-token'];
  const isHeld = cartId !== undefined && token !== undefined && isTokenFor(secret, cartId, token);
  const guest = isHeld ? await lockOpen(tx, { id: cartId, customerId: null }) : undefined;
  if (!guest) return mineId === undefined ? null : { id: mineId };
  // Of two carts the guest's is locked first, everywhere: nobody else ever locks two.
  const mine = mineId === undefined ? undefined : await lockOpen(tx, { id: mineId, customerId });
  if (!mine) {
    guest.customerId = customerId;
    guest.touch(tx.now);
    return { id: guest.id };
  }
  const { variantIds } = idsOf([...mine.wanted, ...guest.wanted]);
  const found = await loadGoods(tx.query, variantIds);
  const goods = new Map(found.map((one) => [one.variantId, limitedGoods(one, orderLimits)]));
  mergeInto(mine, { guest, limits: { goods, order: orderLimits }, now: tx.now });
  return { id: mine.id };
}

async function lockOpen(tx: Tx, where: { id: string; customerId: string | null }): Promise<Cart | undefined> {
  const cart = await tx.lock(Cart, { ...where, status: 'open' });
  if (!cart) return undefined;
  cart.items.hydrate(await tx.find(CartItem, { cart: where.id }));
  return cart;
}
