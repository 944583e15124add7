import { nextChange, openTerms, type PriceTerms } from '../../../domain/pricing/unit-prices/unit-price.ts';
import { nameOf } from '../cached-responses/keys.ts';
import { isPriced } from './list/product-price.ts';

/** The prices of a visitor: the prices of the customer's groups, or the public prices without a sign-in. */
export interface VisitorPrices {
  /** The price lists and rules that apply to the visitor now. */
  terms: PriceTerms;
  /** Hash of the terms; empty when every variant costs its base price. */
  name: string;
  /** Unix time in milliseconds at which the terms change. Infinity: they change only when staff edit them. */
  until: number;
}

/** Caches the result for each set of groups while `all` is in memory and the terms do not change. */
const pricesByTerms = new WeakMap<PriceTerms, Map<string, VisitorPrices & { since: number }>>();

/** The prices of a visitor in these groups at the Unix time `at`, in milliseconds. */
export function visitorPrices(all: PriceTerms, groupIds: readonly string[], at: number): VisitorPrices {
  const byGroups = pricesByTerms.get(all) ?? new Map<string, VisitorPrices & { since: number }>();
  pricesByTerms.set(all, byGroups);
  const key = groupIds.join();
  const cached = byGroups.get(key);
  if (cached && at >= cached.since && at < cached.until) return cached;
  const when = { at, groups: new Set(groupIds) };
  const terms = openTerms(all, when);
  const prices = { terms, name: isPriced(terms) ? nameOf(terms) : '', until: nextChange(all, when), since: at };
  byGroups.set(key, prices);
  return prices;
}
