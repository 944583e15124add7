import { isDeepStrictEqual } from 'node:util';
import type { PricingOutput } from '../../domain/pricing/output.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Cart } from './cart.ts';

/** A unit price, in paise, that differs from the one that the client saw last. */
export interface PriceChange {
  itemId: string;
  after: number;
}

/**
 * Saves the prices that the client of a cart that is only read is about to see, if they differ from the saved ones: a
 * checkout without `expectedTotal` compares its total with this price, and each change of a unit price is reported once.
 * If the cart has changed meanwhile, the total saved by that change stays. Raises no version.
 */
export async function saveNotifiedPrices(
  query: Query,
  cart: Cart,
  { priced, priceChanges }: { priced: PricingOutput; priceChanges: readonly PriceChange[] },
): Promise<void> {
  const quote = cart.quoteOf(priced);
  if (!isDeepStrictEqual(quote, cart.lastQuote))
    await query(`update carts set last_quote = $3 where id = $1 and version = $2`, [
      cart.id,
      cart.version,
      JSON.stringify(quote),
    ]);
  if (priceChanges.length === 0) return;
  await query(
    `update cart_items i set told_price = t.price from unnest($1::uuid[], $2::bigint[]) as t (id, price) where i.id = t.id`,
    [priceChanges.map(({ itemId }) => itemId), priceChanges.map(({ after }) => after)],
  );
}
