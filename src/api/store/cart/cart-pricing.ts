import { refused } from '../../../domain/errors.ts';
import { AmountTooLarge, MOST_EXACT } from '../../../domain/money/money.ts';
import type { PricingInputs } from '../../../domain/pricing/inputs.ts';
import type { PricingOutput } from '../../../domain/pricing/output.ts';
import { priceCart } from '../../../domain/pricing/price-cart.ts';
import { type Cart, loadCart } from '../../../entities/cart/cart.ts';
import { isCurrent, keepCart, recallCart } from '../../../entities/cart/cart-cache.ts';
import { loadPriced, type PriceSources, redeemerOf, type Stocked } from '../../../entities/pricing/context.ts';
import { idsOf, type Priced, pricingInputs, type ShopTerms } from '../../../entities/pricing/priced.ts';
import type { Query } from '../../../infra/database/query.ts';
import { ownersOf } from '../../auth/ownership.ts';
import type { ApiDeps } from '../../deps.ts';
import type { Call } from '../../http/route.ts';
import type { Extra } from './cart-lines.ts';

/** A cart with all that its price depends on: every variant that it holds, or is about to. */
export interface StockedCart extends Stocked {
  cart: Cart;
}

/**
 * Reads what the price of a cart depends on, in statements that leave together. They ask for what this cart holds, not
 * for its rows: those may have changed since it was read.
 */
export async function stockCart(
  sources: PriceSources,
  query: Query,
  { cart, extra = {}, now }: { cart: Cart; extra?: Extra; now: Date },
): Promise<StockedCart> {
  const { variantIds, bundleIds } = idsOf(cart.wanted);
  const { customerId = null, shippingMethodId = null } = cart;
  const stocked = await loadPriced(query, sources, {
    variantIds: [...variantIds, ...(extra.variantIds ?? [])],
    bundleIds: [...bundleIds, ...(extra.bundleIds ?? [])],
    codes: extra.code ? [...cart.codes, extra.code] : cart.codes,
    ...{ customerId, redeemer: redeemerOf(customerId, null), shippingMethodId, now },
  });
  return { cart, ...stocked };
}

/** Prices a stocked cart as of `now`. @throws ORDER_VALUE_EXCEEDED */
export const pricedCart = (terms: ShopTerms, stocked: StockedCart, now: Date): PricingOutput =>
  priceInputs(cartInputs(terms, stocked, now));

/** Prices what a client asks about. @throws ORDER_VALUE_EXCEEDED when amounts are too large to be exact */
export function priceInputs(inputs: PricingInputs): PricingOutput {
  try {
    return priceCart(inputs);
  } catch (error) {
    if (error instanceof AmountTooLarge) throw refused('ORDER_VALUE_EXCEEDED', { maxValue: MOST_EXACT });
    throw error;
  }
}

/** The inputs that a stocked cart is priced with. */
export function cartInputs(terms: ShopTerms, { cart, ...stocked }: StockedCart, now: Date) {
  const priced: Priced = { ...stocked, wanted: cart.wanted, placeOfSupply: cart.destination ?? null, now };
  return pricingInputs({ ...terms, currency: cart.currency }, priced);
}

/**
 * A cart of the caller's with all that its price depends on, for looking at it only. From a kept cart everything is read
 * at once, and with it whether the cart is still like that: so what is kept can be old, but never is an answer.
 * @throws CART_NOT_FOUND
 */
export async function readStocked(
  deps: ApiDeps,
  call: Pick<Call<never, never, never>, 'headers' | 'principal'>,
  { cartId: id, now }: { cartId: string; now: Date },
): Promise<StockedCart> {
  const { db, secret, cache } = deps;
  const owners = ownersOf(secret, call, id);
  const kept = await recallCart(cache, id);
  if (kept && owners.includes(kept.customerId ?? null)) {
    const [stocked, current] = await Promise.all([
      stockCart(deps, db.query, { cart: kept, now }),
      isCurrent(db.query, kept),
    ]);
    if (current) return stocked;
  }
  const found = await Promise.all(owners.map((customerId) => loadCart(db, { id, customerId })));
  const cart = found.find((one) => one !== undefined);
  if (!cart) throw refused('CART_NOT_FOUND', { cartId: id });
  keepCart(cache, cart);
  return stockCart(deps, db.query, { cart, now });
}
