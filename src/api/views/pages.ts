import type { Offers } from '../../entities/pricing/offers.ts';
import type { BundlesRequest } from './bundle.ts';
import type { Page } from './page.ts';
import { type Entries, entriesOf, type Kept, type Shelf } from './page-entries.ts';
import { idOrSlugOf, shelfOf } from './page-keys.ts';
import type { ProductListRequest } from './product-list.ts';
import type { ReviewListRequest } from './review-list.ts';

/** What shop fronts read again and again, from the cache: docs/caching.md says what is kept where, for how long, and what ends it. */
export interface Pages {
  product(idOrSlug: string): Promise<Page | undefined>;
  list(query: ProductListRequest): Promise<Page>;
  collections(): Promise<Page>;
  bundle(idOrSlug: string): Promise<Page | undefined>;
  bundles(query: BundlesRequest): Promise<Page>;
  reviews(request: ReviewListRequest): Promise<Page | undefined>;
  /** How many units of a variant can be bought, as it was a few seconds ago at most; undefined for one that is not on sale. */
  available(variantId: string): Promise<number | undefined>;
  /** The rules and the discounts that need no code. */
  offers(): Promise<Offers>;
  /** Makes what is kept under a key anew before it is over. @returns whether it did */
  warm(key: string): Promise<boolean>;
}

export function openPages(shelf: Shelf): Pages {
  const { cache } = shelf;
  const entries = entriesOf(shelf);
  const page = <T extends object>({ entry, make }: Kept<T>) => cache.read(entry, make);
  const sure = async <T extends object>(kept: Kept<T>): Promise<T> => (await page(kept)) ?? ((await kept.make()) as T);
  return {
    async product(idOrSlug) {
      const named = idOrSlugOf(idOrSlug);
      const id = named && ('id' in named ? named.id : (await page(entries.slug(named.slug)))?.id);
      return id === undefined ? undefined : page(entries.product(id));
    },
    list: (query) => sure(entries.list(query)),
    collections: () => sure(entries.collections()),
    bundle: async (idOrSlug) => (idOrSlugOf(idOrSlug) ? page(entries.bundle(idOrSlug.toLowerCase())) : undefined),
    bundles: (query) => sure(entries.bundles(query)),
    reviews: (request) => page(entries.reviews(request)),
    available: async (variantId) => (await page(entries.available(variantId)))?.available,
    offers: () => sure(entries.offers()),
    async warm(key) {
      const kept = keptUnder(entries, key);
      return kept !== undefined && cache.refresh(kept.entry, kept.make);
    },
  };
}

/** What is kept under a key that can be made ahead; nothing for one that is nobody's, as of an earlier release. */
function keptUnder(entries: Entries, key: string): Kept<object> | undefined {
  const [, type = '', name = ''] = /^([a-z-]+):(.*)$/s.exec(key) ?? [];
  if (type === 'product') return entries.facts(name);
  if (type === 'product-page') return entries.product(name);
  if (type === 'collections') return entries.collections();
  if (type === 'offers') return entries.offers();
  if (type === 'bundle') return entries.bundle(name);
  const shelf = type === 'list' ? shelfOf(name) : undefined;
  return shelf && entries.list(shelf);
}
