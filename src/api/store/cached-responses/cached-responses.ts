import type { LayeredCache } from '../../../infra/cache/layered-cache.ts';
import type { ReviewListRequest } from '../../reviews/review-list.ts';
import type { BundlesRequest } from '../catalogue/bundle-view.ts';
import type { ProductListRequest } from '../catalogue/list/product-list.ts';
import { type VisitorPrices, visitorPrices } from '../catalogue/visitor-prices.ts';
import type { CachedResponse } from './cached-response.ts';
import { type CachedEntry, type Entries, entriesOf, type ResponseSources } from './entries.ts';
import { findInMemory } from './find-in-memory.ts';
import { idOrSlugOf } from './keys.ts';
import { openReadyAnswers, type PublicAnswer, type ReadyAnswers } from './ready-answers.ts';
import { warmableEntry } from './warmable.ts';

/** A response with prices. */
export interface PricedResponse<R extends CachedResponse | undefined = CachedResponse> {
  read(prices: VisitorPrices): Promise<R>;
  /** The answer to visitors who are not signed in if everything it needs is in memory, else undefined: use `read` then. */
  inMemory(): PublicAnswer | undefined;
}

/** Cached responses of the public store routes. docs/caching.md lists each entry, its lifetime and its invalidation. */
export interface CachedResponses {
  /** The prices of a customer; null: the public prices. */
  prices(customerId: string | null): Promise<VisitorPrices>;
  product(idOrSlug: string): PricedResponse<CachedResponse | undefined>;
  list(query: ProductListRequest): PricedResponse;
  collections(): Promise<CachedResponse>;
  bundle(idOrSlug: string): PricedResponse<CachedResponse | undefined>;
  bundles(query: BundlesRequest): PricedResponse;
  reviews(request: ReviewListRequest): Promise<CachedResponse | undefined>;
  /** Available units of a variant, at most a few seconds old; undefined for a variant that is not on sale. */
  available(variantId: string): Promise<number | undefined>;
  /** Refreshes the entry with this key before it expires. @returns whether it was refreshed */
  warm(key: string): Promise<boolean>;
  ready: ReadyAnswers;
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
  const at = { cache, entries };
  const inMemory = (entryOf: Parameters<typeof findInMemory>[1]) => findInMemory(at, entryOf);
  return {
    prices,
    product: (idOrSlug) => productResponse(at, idOrSlug),
    list: (query) => ({
      read: (of) => readOrMake(entries.list(query, of)),
      inMemory: () => inMemory((of) => entries.list(query, of).entry),
    }),
    collections: () => readOrMake(entries.collections()),
    bundle(idOrSlug) {
      const name = idOrSlugOf(idOrSlug) && idOrSlug.toLowerCase();
      return {
        read: async (of) => (name === undefined ? undefined : read(entries.bundle(name, of))),
        inMemory: () => inMemory((of) => (name === undefined ? undefined : entries.bundle(name, of).entry)),
      };
    },
    bundles: (query) => ({
      read: (of) => readOrMake(entries.bundles(query, of)),
      inMemory: () => inMemory((of) => entries.bundles(query, of).entry),
    }),
    reviews: (request) => read(entries.reviews(request)),
    available: async (variantId) => (await read(entries.available(variantId)))?.available,
    async warm(key) {
      const cached = warmableEntry(entries, key, await prices(null));
      return cached !== undefined && cache.refresh(cached.entry, cached.make);
    },
    ready: openReadyAnswers(cache),
  };
}

function productResponse(
  at: { cache: LayeredCache; entries: Entries },
  idOrSlug: string,
): PricedResponse<CachedResponse | undefined> {
  const { cache, entries } = at;
  const reference = idOrSlugOf(idOrSlug);
  const slug = reference && 'slug' in reference ? entries.slug(reference.slug) : undefined;
  const given = reference && 'id' in reference ? reference : undefined;
  return {
    async read(prices) {
      const found = slug ? await cache.read(slug.entry, slug.make) : given;
      if (!found) return undefined;
      const { entry, make } = entries.product(found.id, prices);
      return cache.read(entry, make);
    },
    inMemory: () =>
      findInMemory(at, (prices, readInMemory) => {
        const found = slug ? readInMemory<{ id: string }>(slug.entry) : given;
        return found && entries.product(found.id, prices).entry;
      }),
  };
}
