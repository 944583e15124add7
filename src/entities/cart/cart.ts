import { Collection, defineEntity, p } from '@mikro-orm/core';
import { type AppError, refused } from '../../domain/errors.ts';
import type { ChosenSet } from '../../domain/pricing/bundles/selection.ts';
import type { PricingOutput } from '../../domain/pricing/output.ts';
import { type PriceQuote, quoteOf } from '../../domain/pricing/quote.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { type LineRequest, linesOf } from '../pricing/pricing-request.ts';
import { findExceededLimit, type LineLimits } from './order-limits.ts';

/** `merged`: the lines were moved into another cart of the same customer. */
export type CartStatus = 'open' | 'checkout' | 'ordered' | 'merged';

/** Most lines, and most codes, of a cart. */
export const MOST_LINES = 200;
export const MOST_CODES = 10;

const CartItemSchema = defineEntity({
  name: 'CartItem',
  tableName: 'cart_items',
  properties: {
    id: p.uuid().primary(),
    cart: () => p.manyToOne(Cart),
    variantId: p.uuid().nullable(),
    bundleId: p.uuid().nullable(),
    selections: p.json<ChosenSet[]>().nullable(),
    quantity: p.integer(),
    notifiedPrice: p.bigint('number').nullable().fieldName('told_price'),
  },
});

/**
 * Units of a variant, or of a bundle with the selections for one bundle. `notifiedPrice`: the unit price that the client
 * saw last, in paise.
 */
export class CartItem extends CartItemSchema.class {
  static of(line: LineRequest): CartItem {
    const [variantId, bundleId, selections] =
      'variantId' in line ? [line.variantId, null, null] : [null, line.bundleId, line.selections];
    const { quantity } = line;
    return Object.assign(new CartItem(), {
      id: newId(),
      variantId,
      bundleId,
      selections,
      quantity,
      notifiedPrice: null,
    });
  }

  get lineRequest(): LineRequest {
    const { variantId, bundleId, selections, quantity } = this;
    if (variantId) return { variantId, quantity };
    return { bundleId: bundleId ?? '', quantity, selections: selections ?? [] };
  }

  /** Whether it is the same variant, or the same bundle with the same selections. */
  hasSameContent(line: LineRequest): boolean {
    if ('variantId' in line) return this.variantId === line.variantId;
    return this.bundleId === line.bundleId && choiceOf(this.selections ?? []) === choiceOf(line.selections);
  }
}
CartItemSchema.setClass(CartItem);

/** A text that is equal for equal selections in any order. */
const choiceOf = (selections: readonly ChosenSet[]): string =>
  selections
    .flatMap(({ setId, items }) => items.map(({ variantId, quantity }) => `${setId} ${variantId} ${quantity}`))
    .sort()
    .join();

const CartSchema = defineEntity({
  name: 'Cart',
  tableName: 'carts',
  properties: {
    id: p.uuid().primary(),
    customerId: p.uuid().nullable(),
    currency: p.character().length(3),
    status: p.string().$type<CartStatus>(),
    codes: p.array(),
    shippingMethodId: p.uuid().nullable(),
    destination: p.text().nullable(),
    lastQuote: p.json<PriceQuote>().nullable(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    items: () => p.oneToMany(CartItem).mappedBy('cart').orphanRemoval().orderBy({ id: 'asc' }),
  },
});

/**
 * A cart, editable while its status is `open`. It has one line per variant, and one per bundle with equal selections.
 * `lastQuote`: the price in the last response to its client.
 */
export class Cart extends CartSchema.class {
  override items = new Collection<CartItem>(this);

  static open({ currency, customerId, now }: { currency: string; customerId: string | null; now: Date }): Cart {
    const cart = new Cart();
    const times = { createdAt: now, updatedAt: now };
    const empty = { codes: [], shippingMethodId: null, destination: null, lastQuote: null };
    return Object.assign(cart, { id: newId(), customerId, currency, status: 'open', version: 1, ...empty, ...times });
  }

  /** Appends a new cart with its lines. */
  store(tx: Tx): void {
    const { id, currency, status, version, createdAt, updatedAt } = this;
    const row = { id, customer_id: this.customerId, currency, status, version, codes: this.codes };
    const times = { created_at: createdAt, updated_at: updatedAt };
    tx.append('carts', { ...row, last_quote: this.lastQuote, ...times });
    for (const { id: itemId, variantId, bundleId, selections, quantity, notifiedPrice } of this.items) {
      const line = { variant_id: variantId, bundle_id: bundleId, selections, quantity, told_price: notifiedPrice };
      tx.append('cart_items', { id: itemId, cart_id: id, ...line });
    }
  }

  /** The contents of the cart. */
  get lineRequests(): LineRequest[] {
    return this.items.map((item) => item.lineRequest);
  }

  /**
   * Adds units to the line of the same variant or bundle, or to a new line.
   * @throws CART_IN_CHECKOUT, CART_ORDERED; over a limit QUANTITY_LIMIT_EXCEEDED, ORDER_UNITS_EXCEEDED or
   *   ORDER_VALUE_EXCEEDED.
   */
  add(line: LineRequest, limits: LineLimits, now: Date): void {
    this.addWithinLimits(line, now);
    this.refuseOverLimit(line, limits);
  }

  /**
   * Adds units; the caller has checked the limits of the order.
   * @throws QUANTITY_LIMIT_EXCEEDED for too many lines, CART_IN_CHECKOUT, CART_ORDERED
   */
  addWithinLimits(line: LineRequest, now: Date): void {
    this.edit(now);
    const item = this.items.find((candidate) => candidate.hasSameContent(line));
    if (item) item.quantity += line.quantity;
    else {
      if (this.items.length >= MOST_LINES) throw tooMany({ lines: MOST_LINES });
      this.items.add(CartItem.of(line));
    }
  }

  /** Sets the quantity of a line; zero removes it. @throws CART_ITEM_NOT_FOUND, and the errors of `add`. */
  setQuantity({ itemId, quantity }: { itemId: string; quantity: number }, limits: LineLimits, now: Date): void {
    this.edit(now);
    const item = this.itemOrRefuse(itemId);
    if (quantity === 0) {
      this.items.remove(item);
      return;
    }
    const isMore = quantity > item.quantity;
    item.quantity = quantity;
    if (isMore) this.refuseOverLimit(item.lineRequest, limits);
  }

  /** @throws QUANTITY_LIMIT_EXCEEDED, CART_IN_CHECKOUT, CART_ORDERED */
  addCode(code: string, now: Date): void {
    this.edit(now);
    if (this.codes.includes(code)) return;
    if (this.codes.length >= MOST_CODES) throw tooMany({ codes: MOST_CODES });
    this.codes = [...this.codes, code];
  }

  /** @throws DISCOUNT_CODE_NOT_FOUND, CART_IN_CHECKOUT, CART_ORDERED */
  removeCode(code: string, now: Date): void {
    this.edit(now);
    if (!this.codes.includes(code)) throw refused('DISCOUNT_CODE_NOT_FOUND', { code });
    this.codes = this.codes.filter((one) => one !== code);
  }

  /** Sets the destination (ISO 3166-2) and the shipping method. @throws CART_IN_CHECKOUT, CART_ORDERED */
  setDelivery(to: { destination: string | null; shippingMethodId: string | null }, now: Date): void {
    this.edit(now);
    Object.assign(this, to);
  }

  /** Whether a checkout closed the cart; it is in progress or has become an order. */
  get hasCheckout(): boolean {
    return this.status === 'checkout' || this.status === 'ordered';
  }

  /**
   * Closes the cart for a checkout. If that ends without an order, the cart reopens.
   * @throws CART_EMPTY, and the errors of `requireOpen`
   */
  beginCheckout(now: Date): void {
    this.edit(now);
    if (this.items.length === 0) throw refused('CART_EMPTY', { cartId: this.id });
    this.status = 'checkout';
  }

  /** Gives a guest's cart to a customer. */
  assignTo(customerId: string, now: Date): void {
    this.edit(now);
    this.customerId = customerId;
  }

  /**
   * Records the price that the client sees in the answer to a change. `unitPrices`: of each item, in paise, in the order of
   * the items.
   */
  notifyPrices(priced: PricingOutput, unitPrices: readonly number[]): void {
    for (const [index, item] of this.items.getItems().entries()) item.notifiedPrice = unitPrices[index] ?? null;
    this.lastQuote = this.quoteOf(priced);
  }

  /** The quote of a price of this cart. */
  quoteOf(priced: PricingOutput): PriceQuote {
    return quoteOf(priced, this.destination ?? null);
  }

  /**
   * Raises the version of the cart when only its lines change, which are separate rows. Two changes within one millisecond
   * raise it twice, so that a version identifies the lines.
   */
  touch(now: Date): void {
    this.updatedAt = new Date(Math.max(now.getTime(), this.updatedAt.getTime() + 1));
  }

  /** @throws CART_IN_CHECKOUT, CART_ORDERED, CART_MERGED */
  requireOpen(): void {
    if (this.status === 'checkout') throw refused('CART_IN_CHECKOUT', { cartId: this.id });
    if (this.status === 'ordered') throw refused('CART_ORDERED', { cartId: this.id });
    if (this.status === 'merged') throw refused('CART_MERGED', { cartId: this.id });
  }

  private edit(now: Date): void {
    this.requireOpen();
    this.touch(now);
  }

  private itemOrRefuse(itemId: string): CartItem {
    const item = this.items.find((candidate) => candidate.id === itemId);
    if (!item) throw refused('CART_ITEM_NOT_FOUND', { cartId: this.id, itemId });
    return item;
  }

  private refuseOverLimit(changed: LineRequest, limits: LineLimits): void {
    const variants = new Set(linesOf([changed]).map(({ variantId }) => variantId));
    const over = findExceededLimit(linesOf(this.lineRequests), limits, variants);
    if (over) throw refused(over.code, over.details);
  }
}
CartSchema.setClass(Cart);

const tooMany = (limit: { lines: number } | { codes: number }): AppError => {
  const [[name, most] = []] = Object.entries(limit);
  return refused('QUANTITY_LIMIT_EXCEEDED', limit, `A cart holds at most ${most} ${name}.`);
};
