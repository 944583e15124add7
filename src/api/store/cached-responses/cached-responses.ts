import type { PriceTerms } from '../../../domain/pricing/unit-prices/unit-price.ts';
import type { ReviewListRequest } from '../../reviews/review-list.ts';
import type { BundlesRequest } from '../catalogue/bundle-view.ts';
import type { ProductListRequest } from '../catalogue/list/product-list.ts';
import { type VisitorPrices, visitorPrices } from '../catalogue/visitor-prices.ts';
import type { CachedResponse } from './cached-response.ts';
import { entriesOf, type Kept, type ResponseSources } from './entries.ts';
import { idOrSlugOf } from './keys.ts';
import { keptUnder } from './warmable.ts';

/** What shop fronts read again and again, from the cache: docs/caching.md says what is kept where, for how long, and what ends it. */
export interface CachedResponses {
  /** The prices of a customer, or of everybody who is not signed in. */
  prices(customerId: string | null): Promise<VisitorPrices>;
  product(idOrSlug: string, prices: VisitorPrices): Promise<CachedResponse | undefined>;
  /** The page of a product for visitors who are not signed in, when all that it needs lies in memory; read it otherwise. */
  productInMemory(idOrSlug: string): { response: CachedResponse; prices: VisitorPrices } | undefined;
  list(query: ProductListRequest, prices: VisitorPrices): Promise<CachedResponse>;
  collections(): Promise<CachedResponse>;
  bundle(idOrSlug: string, prices: VisitorPrices): Promise<CachedResponse | undefined>;
  bundles(query: BundlesRequest, prices: VisitorPrices): Promise<CachedResponse>;
  reviews(request: ReviewListRequest): Promise<CachedResponse | undefined>;
  /** How many units of a variant can be bought, as it was a few seconds ago at most; undefined for one that is not on sale. */
  available(variantId: string): Promise<number | undefined>;
  /** Makes what is kept under a key anew before it is over. @returns whether it did */
  warm(key: string): Promise<boolean>;
}

export function openCachedResponses(sources: ResponseSources): CachedResponses {
  const { cache } = sources;
  const entries = entriesOf(sources);
  const response = <T extends object>({ entry, make }: Kept<T>) => cache.read(entry, make);
  const sure = async <T extends object>(kept: Kept<T>): Promise<T> =>
    (await response(kept)) ?? ((await kept.make()) as T);
  const prices = async (customerId: string | null) => {
    const mine = customerId === null ? { ids: [] } : sure(entries.groups(customerId));
    const [all, groups] = await Promise.all([sure(entries.prices()), mine]);
    return visitorPrices(all, groups.ids, Date.now());
  };
  return {
    prices,
    async product(idOrSlug, of) {
      const named = idOrSlugOf(idOrSlug);
      const id = named && ('id' in named ? named.id : (await response(entries.slug(named.slug)))?.id);
      return id === undefined ? undefined : response(entries.product(id, of));
    },
    productInMemory(idOrSlug) {
      const named = idOrSlugOf(idOrSlug);
      const all = cache.inMemory<PriceTerms>(entries.prices().entry);
      if (!named || !all) return undefined;
      const id = 'id' in named ? named.id : cache.inMemory<{ id: string }>(entries.slug(named.slug).entry)?.id;
      const prices = visitorPrices(all, [], Date.now());
      const response = id === undefined ? undefined : cache.inMemory<CachedResponse>(entries.product(id, prices).entry);
      return response && { response, prices };
    },
    list: (query, of) => sure(entries.list(query, of)),
    collections: () => sure(entries.collections()),
    bundle: async (idOrSlug, of) =>
      idOrSlugOf(idOrSlug) ? response(entries.bundle(idOrSlug.toLowerCase(), of)) : undefined,
    bundles: (query, of) => sure(entries.bundles(query, of)),
    reviews: (request) => response(entries.reviews(request)),
    available: async (variantId) => (await response(entries.available(variantId)))?.available,
    async warm(key) {
      const kept = keptUnder(entries, key, await prices(null));
      return kept !== undefined && cache.refresh(kept.entry, kept.make);
    },
  };
}
