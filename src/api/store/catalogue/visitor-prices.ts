import { nextChange, openTerms, type PriceTerms } from '../../../domain/pricing/unit-prices/unit-price.ts';
import { nameOf } from '../cached-responses/keys.ts';
import { isPriced } from './list/product-price.ts';

/** The prices of a visitor: everybody who is not signed in pays the same, customers by their groups. */
export interface VisitorPrices {
  /** Those that are open to the visitor now. */
  terms: PriceTerms;
  /** Of equal names the terms are equal; empty when every variant costs its own price. */
  name: string;
  /** Milliseconds since 1970: from then on the terms are others. Infinity: they stay until staff change them. */
  until: number;
}

/** For as long as the terms are kept in memory, they are looked through once for each set of groups and each window. */
const found = new WeakMap<PriceTerms, Map<string, VisitorPrices & { since: number }>>();

/** The prices of a visitor in these groups at an instant, in milliseconds since 1970. */
export function visitorPrices(all: PriceTerms, groupIds: readonly string[], at: number): VisitorPrices {
  const byGroups = found.get(all) ?? new Map<string, VisitorPrices & { since: number }>();
  found.set(all, byGroups);
  const key = groupIds.join();
  const known = byGroups.get(key);
  if (known && at >= known.since && at < known.until) return known;
  const when = { at, groups: new Set(groupIds) };
  const terms = openTerms(all, when);
  const prices = { terms, name: isPriced(terms) ? nameOf(terms) : '', until: nextChange(all, when), since: at };
  byGroups.set(key, prices);
  return prices;
}
