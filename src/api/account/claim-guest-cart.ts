import { z } from 'zod';
import { currentCartOf, mergeInto } from '../../entities/cart/cart-merge.ts';
import { lockOpenCart } from '../../entities/cart/load-cart.ts';
import { limitedGoods, loadGoods } from '../../entities/catalogue/sellable.ts';
import { idsOf } from '../../entities/pricing/pricing-request.ts';
import { isTokenFor } from '../../infra/crypto/tokens.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../deps.ts';
import type { Call } from '../http/route.ts';

export const cartIdSchema = z.uuid().optional().meta({
  description:
    'Id of the guest cart to claim; send its token as `X-Cart-Token`. A cart that cannot be claimed is ignored.',
});

export const claimedCartSchema = z
  .object({ id: z.uuid() })
  .nullable()
  .meta({ description: 'The current cart of the customer; null when there is none.' });

interface CartClaim {
  cartId: string | undefined;
  call: Pick<Call<unknown, unknown, unknown>, 'headers'>;
  customerId: string;
}

/**
 * Gives a guest's cart to the customer, or merges it into the customer's open cart. A cart that does not exist, belongs
 * to someone else or is in a checkout stays unchanged and raises no error, so that it never prevents a sign-in.
 */
export async function claimGuestCart(
  { secret, orderLimits }: ApiDeps,
  tx: Tx,
  claim: CartClaim,
): Promise<{ id: string } | null> {
  const { cartId, call, customerId } = claim;
  const ownCartId = await currentCartOf(tx.query, customerId);
  const token = call.headers['x-cart-token'];
  const hasToken = cartId !== undefined && token !== undefined && isTokenFor(secret, cartId, token);
  const guestCart = hasToken ? await lockOpenCart(tx, { id: cartId, customerId: null }) : undefined;
  if (!guestCart) return ownCartId === undefined ? null : { id: ownCartId };
  // The guest's cart is locked first. No other code locks two carts.
  const ownCart = ownCartId === undefined ? undefined : await lockOpenCart(tx, { id: ownCartId, customerId });
  if (!ownCart) {
    guestCart.assignTo(customerId, tx.now);
    return { id: guestCart.id };
  }
  const { variantIds } = idsOf([...ownCart.lineRequests, ...guestCart.lineRequests]);
  const found = await loadGoods(tx.query, variantIds);
  const goods = new Map(found.map((one) => [one.variantId, limitedGoods(one, orderLimits)]));
  mergeInto(ownCart, { guest: guestCart, limits: { goods, order: orderLimits }, now: tx.now });
  return { id: ownCart.id };
}
