import { isDeepStrictEqual } from 'node:util';
import type { PricingOutput } from '../../../domain/pricing/output.ts';
import { type PriceQuote, quoteOf } from '../../../domain/pricing/quote.ts';
import type { Cart } from '../../../entities/cart/cart.ts';
import type { Query } from '../../../infra/database/query.ts';

/** The price of a cart as the client sees it with this answer. */
export const quoteOfCart = ({ destination }: Cart, priced: PricingOutput): PriceQuote =>
  quoteOf(priced, destination ?? null);

/**
 * Keeps the price that a client is about to see, where it is another than before: a checkout without `expectedTotal` is
 * held to it. A cart that was changed meanwhile keeps the price of that change.
 */
export async function keepQuote(query: Query, cart: Cart, priced: PricingOutput): Promise<void> {
  const quote = quoteOfCart(cart, priced);
  if (isDeepStrictEqual(quote, cart.lastQuote)) return;
  await query(`update carts set last_quote = $3 where id = $1 and version = $2`, [
    cart.id,
    cart.version,
    JSON.stringify(quote),
  ]);
}
