import type { VisitorPrices } from '../catalogue/visitor-prices.ts';
import type { Entries, Kept } from './entries.ts';
import { cacheableListOf } from './keys.ts';

/** What is kept under a key that can be made ahead; nothing for one that is nobody's, as of an earlier release. */
export function keptUnder(entries: Entries, key: string, prices: VisitorPrices): Kept<object> | undefined {
  const [, type = '', name = ''] = /^([a-z-]+):(.*)$/s.exec(key) ?? [];
  if (type === 'product') return entries.facts(name);
  if (type === 'product-page') return entries.product(name, prices);
  if (type === 'collections') return entries.collections();
  if (type === 'prices') return entries.prices();
  if (type === 'bundle') return entries.bundle(name, prices);
  const sources = type === 'list' ? cacheableListOf(name) : undefined;
  return sources && entries.list(sources, prices);
}
