import { refused } from '../../../domain/errors.ts';
import { selectionProblem } from '../../../domain/pricing/bundles/selection.ts';
import { cacheCart } from '../../../entities/cart/cart-cache.ts';
import { lockCart } from '../../../entities/cart/load-cart.ts';
import { loadGoodsOfCart } from '../../../entities/catalogue/sellable.ts';
import { type LineRequest, linesOf } from '../../../entities/pricing/pricing-request.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { ownersOf } from '../../auth/ownership.ts';
import type { ApiDeps } from '../../deps.ts';
import type { Answer, Call } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import type { CartAdditions } from './cart-lines.ts';
import { type LoadedCart, loadPricingData, priceLoadedCart } from './cart-pricing.ts';
import { cartView } from './cart-view.ts';

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
    // Sent together: PostgreSQL reads the goods after it has locked the cart.
    const [cart, goods] = await Promise.all([
      lockCart(tx, { id, owners }),
      owners.length > 0 ? loadGoodsOfCart(tx.query, id, additions.variantIds ?? []) : [],
    ]);
    const loaded = await loadPricingData(deps, tx.query, { cart, additions, goods, now: tx.now });
    apply(loaded, tx.now);
    return answerCart(deps, tx, { ...loaded, status });
  };
  return edit(deps, call, { name: 'cart.edit', scope: id, groupKey: id, work });
}

/** Responds with the changed cart. The change is prepared first, so that the response has the new version. */
export async function answerCart(deps: ApiDeps, tx: Tx, { status, ...loaded }: LoadedCart & { status: number }) {
  const { cart } = loaded;
  const priced = priceLoadedCart(deps, loaded, tx.now);
  const view = cartView(loaded, priced);
  cart.notifyPrices(
    priced,
    view.items.map(({ unitPrice }) => unitPrice),
  );
  tx.prepare();
  tx.afterCommit(() => cacheCart(deps.cache, cart));
  return { status, headers: {}, body: { ...view, version: cart.version } };
}

/**
 * Refuses an item that does not exist or is not on sale.
 * @throws VARIANT_NOT_FOUND, BUNDLE_NOT_FOUND, BUNDLE_SELECTION_INVALID
 */
export function requireSellable({ sellables, context }: Omit<LoadedCart, 'cart'>, line: LineRequest): void {
  if ('bundleId' in line) {
    const { bundleId, selections } = line;
    const offer = context.bundles.find(({ id }) => id === bundleId);
    if (!offer?.isOnSale) throw refused('BUNDLE_NOT_FOUND', { bundleId });
    const problem = selectionProblem(offer, selections);
    if (problem) throw refused('BUNDLE_SELECTION_INVALID', { bundleId, ...problem });
  }
  for (const { variantId } of linesOf([line])) {
    if (!sellables.get(variantId)?.isOnSale) throw refused('VARIANT_NOT_FOUND', { variantId });
  }
}
