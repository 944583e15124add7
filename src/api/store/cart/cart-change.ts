import { refused } from '../../../domain/errors.ts';
import { selectionProblem } from '../../../domain/pricing/bundles/selection.ts';
import { Cart, CartItem } from '../../../entities/cart/cart.ts';
import { keepCart } from '../../../entities/cart/cart-cache.ts';
import { type LineRequest, linesOf } from '../../../entities/pricing/priced.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { type Owner, ownersOf } from '../../auth/ownership.ts';
import type { ApiDeps } from '../../deps.ts';
import type { Answer, Call } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import type { Extra } from './cart-lines.ts';
import { pricedCart, type StockedCart, stockCart } from './cart-pricing.ts';
import { quoteOfCart } from './cart-quote.ts';
import { type CartView, cartView } from './cart-view.ts';

type CartCall = Call<{ id: string }, unknown, unknown>;

export interface CartChange {
  status: 200 | 201;
  /** What the change needs and the cart may not have yet. */
  extra?: Extra;
  apply(stocked: StockedCart, now: Date): void;
}

/** Changes a cart of the caller's under its row lock and answers it as it is then. @throws CART_NOT_FOUND and what `apply` throws. */
export function changeCart(deps: ApiDeps, call: CartCall, { status, extra = {}, apply }: CartChange): Promise<Answer> {
  const { id } = call.params;
  const owners = ownersOf(deps.secret, call, id);
  const work = async (tx: Tx) => {
    const cart = await lockCart(tx, { id, owners });
    const stocked = await stockCart(deps, tx.query, { cart, extra, now: tx.now });
    apply(stocked, tx.now);
    return answerCart(deps, tx, { ...stocked, status });
  };
  return edit(deps, call, { name: 'cart.edit', scope: id, groupKey: id, work });
}

/** Loads a cart of one of `owners` with its lines under its row lock. @throws CART_NOT_FOUND */
export async function lockCart(tx: Tx, { id, owners }: { id: string; owners: readonly Owner[] }): Promise<Cart> {
  if (owners.length === 0) throw refused('CART_NOT_FOUND', { cartId: id });
  // The lines leave with the lock, behind it: they are read when it is held.
  const [cart, items] = await Promise.all([tx.lock(Cart, { id }), tx.find(CartItem, { cart: id })]);
  if (!cart || !owners.includes(cart.customerId ?? null)) throw refused('CART_NOT_FOUND', { cartId: id });
  cart.items.hydrate(items);
  return cart;
}

/** Prepares the change first: the version that the client sees is the one that the change makes. */
export async function answerCart(deps: ApiDeps, tx: Tx, { status, ...stocked }: StockedCart & { status: number }) {
  const priced = pricedCart(deps, stocked, tx.now);
  const { items } = cartView(stocked, priced);
  for (const [index, item] of stocked.cart.items.getItems().entries()) {
    item.notifiedPrice ??= items[index]?.unitPrice ?? null;
  }
  stocked.cart.lastQuote = quoteOfCart(stocked.cart, priced);
  tx.prepare();
  tx.afterCommit(() => keepCart(deps.cache, stocked.cart));
  const body = cartView(stocked, priced);
  if (body.priceChanges.length > 0) tx.send(...told(body));
  return { status, headers: {}, body };
}

/** The statement that keeps which prices a client has been told of. */
export const told = ({ items, priceChanges }: CartView): [sql: string, params: unknown[]] => {
  const changed = items.filter(({ id }) => priceChanges.some(({ itemId }) => itemId === id));
  return [
    `update cart_items i set told_price = t.price from unnest($1::uuid[], $2::bigint[]) as t (id, price) where i.id = t.id`,
    [changed.map(({ id }) => id), changed.map(({ unitPrice }) => unitPrice)],
  ];
};

/** @throws VARIANT_NOT_FOUND, BUNDLE_NOT_FOUND for what does not exist or is not on sale, BUNDLE_SELECTION_INVALID */
export function requireSellable({ sellables, context }: Omit<StockedCart, 'cart'>, wanted: LineRequest): void {
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
