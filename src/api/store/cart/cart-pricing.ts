import { refused } from '../../../domain/errors.ts';
import { AmountTooLarge, MOST_EXACT } from '../../../domain/money/money.ts';
import type { PricingInputs } from '../../../domain/pricing/inputs.ts';
import type { PricingOutput } from '../../../domain/pricing/output.ts';
import { priceCart } from '../../../domain/pricing/price-cart.ts';
import type { Cart } from '../../../entities/cart/cart.ts';
import { cacheCart, isCurrent, readCachedCart } from '../../../entities/cart/cart-cache.ts';
import { loadCart } from '../../../entities/cart/load-cart.ts';
import type { ListedGoods } from '../../../entities/catalogue/sellable.ts';
import {
  type GoodsForPricing,
  loadGoodsForPricing,
  type PriceSources,
  redeemerOf,
} from '../../../entities/pricing/goods-for-pricing.ts';
import {
  idsOf,
  type PricingRequest,
  pricingInputs,
  type ShopTerms,
} from '../../../entities/pricing/pricing-request.ts';
import type { Query } from '../../../infra/database/query.ts';
import { ownersOf } from '../../auth/ownership.ts';
import type { ApiDeps } from '../../deps.ts';
import type { Call } from '../../http/route.ts';
import type { CartAdditions } from './cart-lines.ts';

/** A cart with everything its price depends on, for the items in the cart and the items about to be added. */
export interface LoadedCart extends GoodsForPricing {
  cart: Cart;
}

interface CartToPrice {
  cart: Cart;
  additions?: CartAdditions;
  /** Variants that were loaded together with the lock of the cart. */
  goods?: readonly ListedGoods[];
  now: Date;
}

/**
 * Reads everything the price of a cart depends on, in one batch of statements. The statements use the contents
 * of `cart`, not its rows, because the rows may have changed since the cart was read.
 */
export async function loadPricingData(
  sources: PriceSources,
  query: Query,
  { cart, additions = {}, goods: loaded = [], now }: CartToPrice,
): Promise<LoadedCart> {
  const { variantIds, bundleIds } = idsOf(cart.lineRequests);
  const { customerId = null, shippingMethodId = null } = cart;
  const priced = await loadGoodsForPricing(query, sources, {
    loaded,
    variantIds: [...variantIds, ...(additions.variantIds ?? [])],
    bundleIds: [...bundleIds, ...(additions.bundleIds ?? [])],
    codes: additions.code ? [...cart.codes, additions.code] : cart.codes,
    ...{ customerId, redeemer: redeemerOf(customerId, null), shippingMethodId, now },
  });
  return { cart, ...priced };
}

/** Prices a loaded cart as of `now`. @throws ORDER_VALUE_EXCEEDED */
export const priceLoadedCart = (terms: ShopTerms, loaded: LoadedCart, now: Date): PricingOutput =>
  priceInputs(cartInputs(terms, loaded, now));

/** Runs the pricing engine. @throws ORDER_VALUE_EXCEEDED when an amount is too large to be exact */
export function priceInputs(inputs: PricingInputs): PricingOutput {
  try {
    return priceCart(inputs);
  } catch (error) {
    if (error instanceof AmountTooLarge) throw refused('ORDER_VALUE_EXCEEDED', { maxValue: MOST_EXACT });
    throw error;
  }
}

/** The pricing inputs of a loaded cart. */
export function cartInputs(terms: ShopTerms, { cart, ...loaded }: LoadedCart, now: Date) {
  const priced: PricingRequest = {
    ...loaded,
    lineRequests: cart.lineRequests,
    placeOfSupply: cart.destination ?? null,
    now,
  };
  return pricingInputs({ ...terms, currency: cart.currency }, priced);
}

/**
 * Reads the caller's cart with everything its price depends on, without a lock. For a cached cart all statements run in
 * parallel with a version check; if the cached cart is outdated, the cart is loaded from the database.
 * @throws CART_NOT_FOUND
 */
export async function readLoadedCart(
  deps: ApiDeps,
  call: Pick<Call<never, never, never>, 'headers' | 'principal'>,
  { cartId: id, now }: { cartId: string; now: Date },
): Promise<LoadedCart> {
  const { db, secret, cache } = deps;
  const owners = ownersOf(secret, call, id);
  const cached = await readCachedCart(cache, id);
  if (cached && owners.includes(cached.customerId ?? null)) {
    const [loaded, isUpToDate] = await Promise.all([
      loadPricingData(deps, db.query, { cart: cached, now }),
      isCurrent(db.query, cached),
    ]);
    if (isUpToDate) return loaded;
  }
  const found = await Promise.all(owners.map((customerId) => loadCart(db, { id, customerId })));
  const cart = found.find((one) => one !== undefined);
  if (!cart) throw refused('CART_NOT_FOUND', { cartId: id });
  cacheCart(cache, cart);
  return loadPricingData(deps, db.query, { cart, now });
}
