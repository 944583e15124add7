import { Collection, defineEntity, p } from '@mikro-orm/core';
import { refused } from '../domain/errors.ts';
import { loadAll } from '../infra/aggregates.ts';
import type { Database } from '../infra/database.ts';
import { newId } from '../infra/ids.ts';
import type { Tx } from '../infra/unit-of-work.ts';

/** `merged`: its lines have gone into another cart of the same customer. */
export type CartStatus = 'open' | 'checkout' | 'ordered' | 'merged';

/** Most different variants in one cart. */
export const MOST_LINES = 200;

const CartItemSchema = defineEntity({
  name: 'CartItem',
  tableName: 'cart_items',
  properties: {
    id: p.uuid().primary(),
    cart: () => p.manyToOne(Cart),
    variantId: p.uuid(),
    quantity: p.integer(),
  },
});
export class CartItem extends CartItemSchema.class {}
CartItemSchema.setClass(CartItem);

const CartSchema = defineEntity({
  name: 'Cart',
  tableName: 'carts',
  properties: {
    id: p.uuid().primary(),
    customerId: p.uuid().nullable(),
    currency: p.character().length(3),
    status: p.string().$type<CartStatus>(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    items: () => p.oneToMany(CartItem).mappedBy('cart').orphanRemoval().orderBy({ id: 'asc' }),
  },
});

/** What a cart needs to know of a variant before it takes it. */
export interface LineLimit {
  variantId: string;
  /** Most units in one order; null: no limit. */
  maxPerOrder: number | null;
}

/** A cart; it may be edited until a checkout has taken it. Its lines are one per variant. */
export class Cart extends CartSchema.class {
  override items = new Collection<CartItem>(this);

  static open({ currency, customerId, now }: { currency: string; customerId: string | null; now: Date }): Cart {
    const cart = new Cart();
    const times = { createdAt: now, updatedAt: now };
    return Object.assign(cart, { id: newId(), customerId, currency, status: 'open', version: 1, ...times });
  }

  /** Appends a new cart with its lines. */
  store(tx: Tx): void {
    const { id, currency, status, version, createdAt, updatedAt } = this;
    const row = { id, customer_id: this.customerId, currency, status, version };
    tx.append('carts', { ...row, created_at: createdAt, updated_at: updatedAt });
    for (const item of this.items) {
      tx.append('cart_items', { id: item.id, cart_id: id, variant_id: item.variantId, quantity: item.quantity });
    }
  }

  /** Adds units; a variant that is in the cart already gets more of them. @throws QUANTITY_LIMIT_EXCEEDED, CART_IN_CHECKOUT, CART_ORDERED */
  add(limit: LineLimit, quantity: number, now: Date): void {
    this.edit(now);
    const item = this.items.find((candidate) => candidate.variantId === limit.variantId);
    const wanted = (item?.quantity ?? 0) + quantity;
    refuseOverLimit(limit, wanted);
    if (item) {
      item.quantity = wanted;
      return;
    }
    if (this.items.length >= MOST_LINES) throw refused('QUANTITY_LIMIT_EXCEEDED', { lines: MOST_LINES });
    const added = new CartItem();
    Object.assign(added, { id: newId(), variantId: limit.variantId, quantity });
    this.items.add(added);
  }

  /** Sets the units of a line; zero removes it. @throws CART_ITEM_NOT_FOUND, QUANTITY_LIMIT_EXCEEDED, CART_IN_CHECKOUT, CART_ORDERED */
  setQuantity(line: { itemId: string; quantity: number }, limit: (variantId: string) => LineLimit, now: Date): void {
    const { itemId, quantity } = line;
    this.edit(now);
    const item = this.itemOrRefuse(itemId);
    if (quantity === 0) {
      this.items.remove(item);
      return;
    }
    refuseOverLimit(limit(item.variantId), quantity);
    item.quantity = quantity;
  }

  /** Hands the cart to a checkout; until that ends without an order, the cart cannot be edited. @throws CART_EMPTY, CART_ORDERED */
  beginCheckout(now: Date): void {
    if (this.status === 'ordered') throw refused('CART_ORDERED', { cartId: this.id });
    if (this.items.length === 0) throw refused('CART_EMPTY', { cartId: this.id });
    this.status = 'checkout';
    this.updatedAt = now;
  }

  private edit(now: Date): void {
    if (this.status === 'checkout') throw refused('CART_IN_CHECKOUT', { cartId: this.id });
    if (this.status === 'ordered') throw refused('CART_ORDERED', { cartId: this.id });
    // The lines are rows of their own: touching the root is what raises the version of the aggregate.
    this.updatedAt = now;
  }

  private itemOrRefuse(itemId: string): CartItem {
    const item = this.items.find((candidate) => candidate.id === itemId);
    if (!item) throw refused('CART_ITEM_NOT_FOUND', { cartId: this.id, itemId });
    return item;
  }
}
CartSchema.setClass(Cart);

/** Reads a cart with its lines, for looking at it only. */
export async function loadCart(
  { orm, query }: Database,
  { id, customerId }: { id: string; customerId: string | null },
): Promise<Cart | undefined> {
  const source = { em: orm.em.fork(), run: query };
  const [cart] = await loadAll(source, Cart, { where: { id, customerId }, forUpdate: false });
  cart?.items.hydrate(await loadAll(source, CartItem, { where: { cart: id }, forUpdate: false }));
  return cart;
}

function refuseOverLimit({ variantId, maxPerOrder }: LineLimit, quantity: number): void {
  if (maxPerOrder !== null && quantity > maxPerOrder) {
    throw refused('QUANTITY_LIMIT_EXCEEDED', { variantId, requested: quantity, maxPerOrder });
  }
}
