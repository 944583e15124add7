import type { PriceTerms } from '../../../domain/pricing/unit-prices/unit-price.ts';
import type { Entry } from '../../../infra/cache/entry.ts';
import type { LayeredCache } from '../../../infra/cache/layered-cache.ts';
import { type VisitorPrices, visitorPrices } from '../catalogue/visitor-prices.ts';
import { type CachedResponse, constantUntil, PRICES_VARY, publicUntil } from './cached-response.ts';
import type { Entries } from './entries.ts';
import type { PublicAnswer } from './ready-answers.ts';

/** Names the entry of a response at these prices; it may read other values in memory. */
type NameEntry = (
  prices: VisitorPrices,
  readInMemory: <T extends object>(entry: Entry) => T | undefined,
) => Entry | undefined;

/** Finds a response in memory, at public prices; undefined if anything that it needs is not there. */
export function findInMemory(
  { cache, entries }: { cache: LayeredCache; entries: Entries },
  entryOf: NameEntry,
): PublicAnswer | undefined {
  let until = Number.POSITIVE_INFINITY;
  const readInMemory = <T extends object>(entry: Entry): T | undefined => {
    const found = cache.inMemory<T>(entry);
    if (found) until = Math.min(until, found.until);
    return found?.value;
  };
  const all = readInMemory<PriceTerms>(entries.prices().entry);
  if (!all) return undefined;
  const prices = visitorPrices(all, [], Date.now());
  const entry = entryOf(prices, readInMemory);
  const response = entry && readInMemory<CachedResponse>(entry);
  if (!response) return undefined;
  const headers = { cacheControl: publicUntil(prices.until), vary: PRICES_VARY };
  return { ...response, ...headers, entry, until: Math.min(until, constantUntil(prices.until)) };
}
