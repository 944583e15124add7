import { refused } from '../../../domain/errors.ts';
import { selectionProblem } from '../../../domain/pricing/bundles/selection.ts';
import { Cart, CartItem } from '../../../entities/cart/cart.ts';
import { cacheCart } from '../../../entities/cart/cart-cache.ts';
import { type LineRequest, linesOf } from '../../../entities/pricing/pricing-request.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { type Owner, ownersOf } from '../../auth/ownership.ts';
import type { ApiDeps } from '../../deps.ts';
import type { Answer, Call } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import type { CartAdditions } from './cart-lines.ts';
import { type LoadedCart, loadPricingData, priceLoadedCart } from './cart-pricing.ts';
import { quoteOfCart } from './cart-quote.ts';
import { type CartView, cartView } from './cart-view.ts';

type CartCall = Call<{ id: string }, unknown, unknown>;

export interface CartChange {
  status: 200 | 201;
  /** What the change adds, to be loaded together with the contents of the cart. */
  additions?: CartAdditions;
  apply(loaded: LoadedCart, now: Date): void;
}

/** Changes the caller's cart under its row lock and returns it. @throws CART_NOT_FOUND, errors of `apply` */
export function changeCart(deps: ApiDeps, call: CartCall, change: CartChange): Promise<Answer> {
  const { status, additions = {}, apply } = change;
  const { id } = call.params;
  const owners = ownersOf(deps.secret, call, id);
  const work = async (tx: Tx) => {
    const cart = await lockCart(tx, { id, owners });
    const loaded = await loadPricingData(deps, tx.query, { cart, additions, now: tx.now });
    apply(loaded, tx.now);
    return answerCart(deps, tx, { ...loaded, status });
  };
  return edit(deps, call, { name: 'cart.edit', scope: id, groupKey: id, work });
}

/** Locks the row of a cart of one of `owners` and loads the cart with its items. @throws CART_NOT_FOUND */
export async function lockCart(tx: Tx, { id, owners }: { id: string; owners: readonly Owner[] }): Promise<Cart> {
  if (owners.length === 0) throw refused('CART_NOT_FOUND', { cartId: id });
  // Both statements go out together, in this order: PostgreSQL reads the items after it has taken the lock.
  const [cart, items] = await Promise.all([tx.lock(Cart, { id }), tx.find(CartItem, { cart: id })]);
  if (!cart || !owners.includes(cart.customerId ?? null)) throw refused('CART_NOT_FOUND', { cartId: id });
  cart.items.hydrate(items);
  return cart;
}

/** Responds with the changed cart. The change is prepared first, so that the response has the new version. */
export async function answerCart(deps: ApiDeps, tx: Tx, { status, ...loaded }: LoadedCart & { status: number }) {
  const priced = priceLoadedCart(deps, loaded, tx.now);
  const { items } = cartView(loaded, priced);
  for (const [index, item] of loaded.cart.items.getItems().entries()) {
    item.notifiedPrice ??= items[index]?.unitPrice ?? null;
  }
  loaded.cart.lastQuote = quoteOfCart(loaded.cart, priced);
  tx.prepare();
  tx.afterCommit(() => cacheCart(deps.cache, loaded.cart));
  const body = cartView(loaded, priced);
  if (body.priceChanges.length > 0) tx.send(...notifiedPricesUpdate(body));
  return { status, headers: {}, body };
}

/** The statement that saves the changed unit prices as seen by the client, so that each is reported once. */
export const notifiedPricesUpdate = ({ items, priceChanges }: CartView): [sql: string, params: unknown[]] => {
  const changed = items.filter(({ id }) => priceChanges.some(({ itemId }) => itemId === id));
  return [
    `update cart_items i set told_price = t.price from unnest($1::uuid[], $2::bigint[]) as t (id, price) where i.id = t.id`,
    [changed.map(({ id }) => id), changed.map(({ unitPrice }) => unitPrice)],
  ];
};

/**
 * Refuses an item that does not exist or is not on sale.
 * @throws VARIANT_NOT_FOUND, BUNDLE_NOT_FOUND, BUNDLE_SELECTION_INVALID
 */
export function requireSellable({ sellables, context }: Omit<LoadedCart, 'cart'>, wanted: LineRequest): void {
  if ('bundleId' in wanted) {
    const { bundleId, selections } = wanted;
    const offer = context.bundles.find(({ id }) => id === bundleId);
    if (!offer?.isOnSale) throw refused('BUNDLE_NOT_FOUND', { bundleId });
    const problem = selectionProblem(offer, selections);
    if (problem) throw refused('BUNDLE_SELECTION_INVALID', { bundleId, ...problem });
  }
  for (const { variantId } of linesOf([wanted])) {
    if (!sellables.get(variantId)?.isOnSale) throw refused('VARIANT_NOT_FOUND', { variantId });
  }
}
