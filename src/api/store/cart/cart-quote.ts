import { isDeepStrictEqual } from 'node:util';
import type { PricingOutput } from '../../../domain/pricing/output.ts';
import { type PriceQuote, quoteOf } from '../../../domain/pricing/quote.ts';
import type { Cart } from '../../../entities/cart/cart.ts';
import type { Query } from '../../../infra/database/query.ts';

/** The price of a cart as the client sees it in this response. */
export const quoteOfCart = ({ destination }: Cart, priced: PricingOutput): PriceQuote =>
  quoteOf(priced, destination ?? null);

/**
 * Saves the price that the client is about to see, if it differs from the saved one: a checkout without `expectedTotal`
 * compares its total with this price. If the cart has changed meanwhile, the price saved by that change stays.
 */
export async function saveQuote(query: Query, cart: Cart, priced: PricingOutput): Promise<void> {
  const quote = quoteOfCart(cart, priced);
  if (isDeepStrictEqual(quote, cart.lastQuote)) return;
  await query(`update carts set last_quote = $3 where id = $1 and version = $2`, [
    cart.id,
    cart.version,
    JSON.stringify(quote),
  ]);
}
