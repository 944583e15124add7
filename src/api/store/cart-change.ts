import { refused } from '../../domain/errors.ts';
import { Cart, CartItem, type LineLimit } from '../../entities/cart.ts';
import { loadCartSellables, type Sellable } from '../../entities/sellable.ts';
import type { Tx } from '../../infra/unit-of-work.ts';
import type { ApiDeps } from '../deps.ts';
import { edit } from '../edit.ts';
import { type Owner, ownersOf } from '../ownership.ts';
import type { Answer, Call } from '../route.ts';
import { cartView } from '../views/cart.ts';

/** A cart with every variant that it holds, or is about to. */
export interface StockedCart {
  cart: Cart;
  sellables: ReadonlyMap<string, Sellable>;
}

type CartCall = Call<{ id: string }, unknown, unknown>;

export interface CartChange {
  status: 200 | 201;
  /** A variant that the change needs and the cart may not have yet. */
  variantId?: string;
  apply(stocked: StockedCart, now: Date): void;
}

/** Changes a cart of the caller's under its row lock and answers it as it is then. @throws CART_NOT_FOUND and what `apply` throws. */
export function changeCart(deps: ApiDeps, call: CartCall, change: CartChange): Promise<Answer> {
  const { id } = call.params;
  const owners = ownersOf(deps.secret, call, id);
  const work = async (tx: Tx) => {
    const [cart, sellables] = await Promise.all([
      lockCart(tx, { id, owners }),
      loadCartSellables(tx.query, id, change.variantId ?? null),
    ]);
    const stocked = { cart, sellables };
    change.apply(stocked, tx.now);
    return answerCart(deps, tx, { ...stocked, status: change.status });
  };
  return edit(deps, call, { name: 'cart.edit', scope: id, work });
}

/** Loads a cart of one of `owners` with its lines under its row lock. @throws CART_NOT_FOUND */
export async function lockCart(tx: Tx, { id, owners }: { id: string; owners: readonly Owner[] }): Promise<Cart> {
  for (const customerId of owners) {
    // The lines leave with the lock, behind it: they are read when it is held.
    const [cart, items] = await Promise.all([tx.lock(Cart, { id, customerId }), tx.find(CartItem, { cart: id })]);
    cart?.items.hydrate(items);
    if (cart) return cart;
  }
  throw refused('CART_NOT_FOUND', { cartId: id });
}

/** Writes the change first: the version that the client sees is the one that the change makes. */
export async function answerCart({ sellerState }: ApiDeps, tx: Tx, answer: StockedCart & { status: number }) {
  await tx.write();
  const body = cartView(answer.cart, answer.sellables, { now: tx.now, sellerState });
  return { status: answer.status, headers: {}, body };
}

/** @throws VARIANT_NOT_FOUND for a variant that does not exist or is not on sale. */
export function limitOf(sellables: ReadonlyMap<string, Sellable>, variantId: string): LineLimit {
  const sellable = sellables.get(variantId);
  if (!sellable?.isOnSale) throw refused('VARIANT_NOT_FOUND', { variantId });
  return sellable;
}
