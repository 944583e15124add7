import { refused } from '../../domain/errors.ts';
import { loadAll, type Where } from '../../infra/database/aggregates.ts';
import type { Database } from '../../infra/database/database.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { Cart, CartItem } from './cart.ts';

/** Loads a cart with its lines, read-only. */
export async function loadCart(
  { orm, query }: Database,
  { id, customerId }: { id: string; customerId: string | null },
): Promise<Cart | undefined> {
  const source = { em: orm.em.fork(), run: query };
  const [cart] = await loadAll(source, Cart, { where: { id, customerId } });
  cart?.items.hydrate(await loadAll(source, CartItem, { where: { cart: id } }));
  return cart;
}

/**
 * Locks a cart of one of `owners` (null: a guest) and loads it with its lines.
 * @throws CART_NOT_FOUND, also for the cart of another owner
 */
export async function lockCart(
  tx: Tx,
  { id, owners }: { id: string; owners: readonly (string | null)[] },
): Promise<Cart> {
  const cart = owners.length === 0 ? undefined : await lockWithItems(tx, { id });
  if (!cart || !owners.includes(cart.customerId ?? null)) throw refused('CART_NOT_FOUND', { cartId: id });
  return cart;
}

/** Locks an open cart of exactly this owner (null: a guest). @returns undefined if there is none */
export const lockOpenCart = (
  tx: Tx,
  { id, customerId }: { id: string; customerId: string | null },
): Promise<Cart | undefined> => lockWithItems(tx, { id, customerId, status: 'open' });

async function lockWithItems(tx: Tx, where: Where<Cart> & { id: string }): Promise<Cart | undefined> {
  // Both statements go out together, in this order: PostgreSQL reads the items after it has taken the lock.
  const [cart, items] = await Promise.all([tx.lock(Cart, where), tx.find(CartItem, { cart: where.id })]);
  cart?.items.hydrate(items);
  return cart ?? undefined;
}
