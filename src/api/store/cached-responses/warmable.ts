import type { VisitorPrices } from '../catalogue/visitor-prices.ts';
import type { CachedEntry, Entries } from './entries.ts';
import { cacheableListOf } from './keys.ts';

/** The entry with this key if it can be warmed; undefined for an unknown key, e.g. of an earlier release. */
export function warmableEntry(entries: Entries, key: string, prices: VisitorPrices): CachedEntry<object> | undefined {
  const [, type = '', name = ''] = /^([a-z-]+):(.*)$/s.exec(key) ?? [];
  if (type === 'product') return entries.facts(name);
  if (type === 'product-page') return entries.product(name, prices);
  if (type === 'collections') return entries.collections();
  if (type === 'prices') return entries.prices();
  if (type === 'bundle') return entries.bundle(name, prices);
  const request = type === 'list' ? cacheableListOf(name) : undefined;
  return request && entries.list(request, prices);
}
