import type { PricingOutput } from './output.ts';

/** Where an order goes (ISO 3166-2) and by which method; null: not decided, so the seller's state and the default method. */
export interface Delivery {
  state: string | null;
  shippingMethodId: string | null;
}

/** The price of a cart as its client saw it last. Amounts in paise. */
export interface PriceQuote extends Delivery {
  total: number;
  /** The goods after discounts. */
  goods: number;
  /** The discounts that counted. */
  discountIds: string[];
}

/** The quote of a price for this delivery. */
export const quoteOf = ({ totals, discounts }: PricingOutput, { state, shippingMethodId }: Delivery): PriceQuote => ({
  total: totals.total,
  goods: totals.subtotal - totals.discount,
  discountIds: discounts.map(({ id }) => id),
  state,
  shippingMethodId,
});

/** The quote of two carts that become one; null when nobody knows what the client saw of one of them. */
export function addQuotes(a: PriceQuote | null, b: PriceQuote | null): PriceQuote | null {
  if (!a || !b) return null;
  const discountIds = [...new Set([...a.discountIds, ...b.discountIds])];
  return { ...a, total: a.total + b.total, goods: a.goods + b.goods, discountIds };
}

/**
 * Whether a price is higher than its quote, and not only because the client has asked for another delivery since: the goods
 * are dearer, a discount that counted is gone, or the same delivery costs more.
 */
export function isAboveQuote(
  quote: PriceQuote,
  { totals, discounts }: PricingOutput,
  { state, shippingMethodId, sellerState }: Delivery & { sellerState: string },
): boolean {
  if (totals.total <= quote.total) return false;
  const isSamePlace = (quote.state ?? sellerState) === (state ?? sellerState);
  if (isSamePlace && quote.shippingMethodId === shippingMethodId) return true;
  const counted = new Set(discounts.map(({ id }) => id));
  return totals.subtotal - totals.discount > quote.goods || quote.discountIds.some((id) => !counted.has(id));
}
