import { refused } from '../../domain/errors.ts';
import type { PricingOutput } from '../../domain/pricing/output.ts';
import { priceCart } from '../../domain/pricing/price-cart.ts';
import { type Cart, loadCart } from '../../entities/cart.ts';
import { loadPricingContext, type PricingContext, redeemerOf } from '../../entities/pricing/context.ts';
import { type Priced, pricingInputs, type ShopTerms } from '../../entities/pricing/priced.ts';
import { loadSellables, type Query, type Sellable } from '../../entities/sellable.ts';
import type { ApiDeps } from '../deps.ts';
import { ownersOf } from '../ownership.ts';
import type { Call } from '../route.ts';

/** A cart with all that its price depends on. */
export interface StockedCart {
  cart: Cart;
  /** Every variant that it holds, or is about to. */
  sellables: ReadonlyMap<string, Sellable>;
  context: PricingContext;
}

/** What a cart is about to hold and may not have yet. */
export interface Extra {
  variantIds?: readonly string[];
  bundleIds?: readonly string[];
  code?: string;
}

/** Reads what a cart's price depends on, in two statements. `isStored`: its lines can be read by its id. */
export async function stockCart(
  query: Query,
  cart: Cart,
  { extra = {}, isStored = true, now }: { extra?: Extra; isStored?: boolean; now: Date },
): Promise<StockedCart> {
  const goods = { cartId: isStored ? cart.id : null, extraIds: extra.variantIds ?? [] };
  const { customerId = null, shippingMethodId = null } = cart;
  const codes = extra.code ? [...cart.codes, extra.code] : cart.codes;
  const redeemer = redeemerOf(customerId, null);
  const [sellables, context] = await Promise.all([
    loadSellables(query, goods),
    loadPricingContext(query, {
      ...{ goods, bundleIds: extra.bundleIds ?? [] },
      ...{ customerId, redeemer, codes, shippingMethodId, now },
    }),
  ]);
  return { cart, sellables, context };
}

/** What a stocked cart costs at `now`. */
export const pricedCart = (terms: ShopTerms, stocked: StockedCart, now: Date): PricingOutput =>
  priceCart(cartInputs(terms, stocked, now));

/** The inputs that a stocked cart is priced with. */
export function cartInputs(terms: ShopTerms, { cart, ...stocked }: StockedCart, now: Date) {
  const priced: Priced = { ...stocked, wanted: cart.wanted, placeOfSupply: cart.destination ?? null, now };
  return pricingInputs({ ...terms, currency: cart.currency }, priced);
}

/** A cart of the caller's with all that its price depends on, for looking at it only. @throws CART_NOT_FOUND */
export async function readStocked(
  { db, secret }: ApiDeps,
  call: Pick<Call<never, never, never>, 'headers' | 'principal'>,
  { cartId: id, now }: { cartId: string; now: Date },
): Promise<StockedCart> {
  const owners = ownersOf(secret, call, id);
  const found = await Promise.all(owners.map((customerId) => loadCart(db, { id, customerId })));
  const cart = found.find((one) => one !== undefined);
  if (!cart) throw refused('CART_NOT_FOUND', { cartId: id });
  return stockCart(db.query, cart, { now });
}
