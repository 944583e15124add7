import type { PricingOutput } from './output.ts';

/** The price of a cart that its client saw last. Amounts in paise. */
export interface PriceQuote {
  /** The state of delivery (ISO 3166-2); null while it is unknown: then the seller's state is used. */
  state: string | null;
  /** The shipping method in the total, also if it is the default one; null if there is none. */
  shippingMethodId: string | null;
  total: number;
  /** The goods after discounts. */
  goods: number;
  /** The applied discounts. */
  discountIds: string[];
}

/** Returns the quote of a price for a delivery to this state. */
export const quoteOf = ({ totals, discounts, shipping }: PricingOutput, state: string | null): PriceQuote => ({
  total: totals.total,
  goods: totals.subtotal - totals.discount,
  discountIds: discounts.map(({ id }) => id),
  state,
  shippingMethodId: shipping?.methodId ?? null,
});

/** Adds the quotes of two merged carts; null if one of them has no quote. */
export function addQuotes(a: PriceQuote | null, b: PriceQuote | null): PriceQuote | null {
  if (!a || !b) return null;
  const discountIds = [...new Set([...a.discountIds, ...b.discountIds])];
  return { ...a, total: a.total + b.total, goods: a.goods + b.goods, discountIds };
}

/**
 * Whether a price is higher than its quote for another reason than a changed delivery: the goods are more expensive, an
 * applied discount is gone, or the same delivery costs more.
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
