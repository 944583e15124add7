import type { PriceTerms } from '../../../domain/pricing/unit-prices/unit-price.ts';
import type { ReviewListRequest } from '../../reviews/review-list.ts';
import type { BundlesRequest } from '../catalogue/bundle-view.ts';
import type { ProductListRequest } from '../catalogue/list/product-list.ts';
import { type VisitorPrices, visitorPrices } from '../catalogue/visitor-prices.ts';
import type { Page } from './cached-response.ts';
import { entriesOf, type Kept, type Shelf } from './entries.ts';
import { idOrSlugOf } from './keys.ts';
import { keptUnder } from './warmable.ts';

/** What shop fronts read again and again, from the cache: docs/caching.md says what is kept where, for how long, and what ends it. */
export interface Pages {
  /** The prices of a customer, or of everybody who is not signed in. */
  prices(customerId: string | null): Promise<VisitorPrices>;
  product(idOrSlug: string, prices: VisitorPrices): Promise<Page | undefined>;
  /** The page of a product for visitors who are not signed in, when all that it needs lies in memory; read it otherwise. */
  productInMemory(idOrSlug: string): { page: Page; prices: VisitorPrices } | undefined;
  list(query: ProductListRequest, prices: VisitorPrices): Promise<Page>;
  collections(): Promise<Page>;
  bundle(idOrSlug: string, prices: VisitorPrices): Promise<Page | undefined>;
  bundles(query: BundlesRequest, prices: VisitorPrices): Promise<Page>;
  reviews(request: ReviewListRequest): Promise<Page | undefined>;
  /** How many units of a variant can be bought, as it was a few seconds ago at most; undefined for one that is not on sale. */
  available(variantId: string): Promise<number | undefined>;
  /** Makes what is kept under a key anew before it is over. @returns whether it did */
  warm(key: string): Promise<boolean>;
}

export function openPages(shelf: Shelf): Pages {
  const { cache } = shelf;
  const entries = entriesOf(shelf);
  const page = <T extends object>({ entry, make }: Kept<T>) => cache.read(entry, make);
  const sure = async <T extends object>(kept: Kept<T>): Promise<T> => (await page(kept)) ?? ((await kept.make()) as T);
  const prices = async (customerId: string | null) => {
    const mine = customerId === null ? { ids: [] } : sure(entries.groups(customerId));
    const [all, groups] = await Promise.all([sure(entries.prices()), mine]);
    return visitorPrices(all, groups.ids, Date.now());
  };
  return {
    prices,
    async product(idOrSlug, of) {
      const named = idOrSlugOf(idOrSlug);
      const id = named && ('id' in named ? named.id : (await page(entries.slug(named.slug)))?.id);
      return id === undefined ? undefined : page(entries.product(id, of));
    },
    productInMemory(idOrSlug) {
      const named = idOrSlugOf(idOrSlug);
      const all = cache.inMemory<PriceTerms>(entries.prices().entry);
      if (!named || !all) return undefined;
      const id = 'id' in named ? named.id : cache.inMemory<{ id: string }>(entries.slug(named.slug).entry)?.id;
      const prices = visitorPrices(all, [], Date.now());
      const page = id === undefined ? undefined : cache.inMemory<Page>(entries.product(id, prices).entry);
      return page && { page, prices };
    },
    list: (query, of) => sure(entries.list(query, of)),
    collections: () => sure(entries.collections()),
    bundle: async (idOrSlug, of) =>
      idOrSlugOf(idOrSlug) ? page(entries.bundle(idOrSlug.toLowerCase(), of)) : undefined,
    bundles: (query, of) => sure(entries.bundles(query, of)),
    reviews: (request) => page(entries.reviews(request)),
    available: async (variantId) => (await page(entries.available(variantId)))?.available,
    async warm(key) {
      const kept = keptUnder(entries, key, await prices(null));
      return kept !== undefined && cache.refresh(kept.entry, kept.make);
    },
  };
}
