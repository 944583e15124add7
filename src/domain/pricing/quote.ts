import type { PricingOutput } from './output.ts';

/** The price of a cart as its client saw it last. Amounts in paise. */
export interface PriceQuote {
  /** Where the order goes (ISO 3166-2); null: not decided, so the seller's state. */
  state: string | null;
  /** The method whose price is in the total, the default one included; null: none. */
  shippingMethodId: string | null;
  total: number;
  /** The goods after discounts. */
  goods: number;
  /** The discounts that counted. */
  discountIds: string[];
}

/** The quote of a price for a delivery to this state. */
export const quoteOf = ({ totals, discounts, shipping }: PricingOutput, state: string | null): PriceQuote => ({
  total: totals.total,
  goods: totals.subtotal - totals.discount,
  discountIds: discounts.map(({ id }) => id),
  state,
  shippingMethodId: shipping?.methodId ?? null,
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
  { totals, discounts, shipping }: PricingOutput,
  { state, sellerState }: { state: string | null; sellerState: string },
): boolean {
  if (totals.total <= quote.total) return false;
  const isSamePlace = (quote.state ?? sellerState) === (state ?? sellerState);
  if (isSamePlace && quote.shippingMethodId === (shipping?.methodId ?? null)) return true;
  const counted = new Set(discounts.map(({ id }) => id));
  return totals.subtotal - totals.discount > quote.goods || quote.discountIds.some((id) => !counted.has(id));
}
