import type { PriceTerms } from '../../../domain/pricing/unit-prices/unit-price.ts';
import type { ReviewListRequest } from '../../reviews/review-list.ts';
import type { BundlesRequest } from '../catalogue/bundle-view.ts';
import type { ProductListRequest } from '../catalogue/list/product-list.ts';
import { type VisitorPrices, visitorPrices } from '../catalogue/visitor-prices.ts';
import type { CachedResponse } from './cached-response.ts';
import { type CachedEntry, entriesOf, type ResponseSources } from './entries.ts';
import { idOrSlugOf } from './keys.ts';
import { warmableEntry } from './warmable.ts';

/** Cached responses of the public store routes. docs/caching.md lists each entry, its lifetime and its invalidation. */
export interface CachedResponses {
  /** The prices of a customer; null: the public prices. */
  prices(customerId: string | null): Promise<VisitorPrices>;
  product(idOrSlug: string, prices: VisitorPrices): Promise<CachedResponse | undefined>;
  /** The product at public prices if everything it needs is in memory, else undefined: use `product` then. */
  productInMemory(idOrSlug: string): { response: CachedResponse; prices: VisitorPrices } | undefined;
  list(query: ProductListRequest, prices: VisitorPrices): Promise<CachedResponse>;
  collections(): Promise<CachedResponse>;
  bundle(idOrSlug: string, prices: VisitorPrices): Promise<CachedResponse | undefined>;
  bundles(query: BundlesRequest, prices: VisitorPrices): Promise<CachedResponse>;
  reviews(request: ReviewListRequest): Promise<CachedResponse | undefined>;
  /** Available units of a variant, at most a few seconds old; undefined for a variant that is not on sale. */
  available(variantId: string): Promise<number | undefined>;
  /** Refreshes the entry with this key before it expires. @returns whether it was refreshed */
  warm(key: string): Promise<boolean>;
}

export function openCachedResponses(sources: ResponseSources): CachedResponses {
  const { cache } = sources;
  const entries = entriesOf(sources);
  const read = <T extends object>({ entry, make }: CachedEntry<T>) => cache.read(entry, make);
  const readOrMake = async <T extends object>(cached: CachedEntry<T>): Promise<T> =>
    (await read(cached)) ?? ((await cached.make()) as T);
  const prices = async (customerId: string | null) => {
    const ownGroups = customerId === null ? { ids: [] } : readOrMake(entries.groups(customerId));
    const [all, groups] = await Promise.all([readOrMake(entries.prices()), ownGroups]);
    return visitorPrices(all, groups.ids, Date.now());
  };
  return {
    prices,
    async product(idOrSlug, of) {
      const reference = idOrSlugOf(idOrSlug);
      const id = reference && ('id' in reference ? reference.id : (await read(entries.slug(reference.slug)))?.id);
      return id === undefined ? undefined : read(entries.product(id, of));
    },
    productInMemory(idOrSlug) {
      const reference = idOrSlugOf(idOrSlug);
      const all = cache.inMemory<PriceTerms>(entries.prices().entry);
      if (!reference || !all) return undefined;
      const id =
        'id' in reference ? reference.id : cache.inMemory<{ id: string }>(entries.slug(reference.slug).entry)?.id;
      const prices = visitorPrices(all, [], Date.now());
      const response = id === undefined ? undefined : cache.inMemory<CachedResponse>(entries.product(id, prices).entry);
      return response && { response, prices };
    },
    list: (query, of) => readOrMake(entries.list(query, of)),
    collections: () => readOrMake(entries.collections()),
    bundle: async (idOrSlug, of) =>
      idOrSlugOf(idOrSlug) ? read(entries.bundle(idOrSlug.toLowerCase(), of)) : undefined,
    bundles: (query, of) => readOrMake(entries.bundles(query, of)),
    reviews: (request) => read(entries.reviews(request)),
    available: async (variantId) => (await read(entries.available(variantId)))?.available,
    async warm(key) {
      const cached = warmableEntry(entries, key, await prices(null));
      return cached !== undefined && cache.refresh(cached.entry, cached.make);
    },
  };
}
