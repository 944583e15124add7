import type { PriceTerms } from '../../../domain/pricing/unit-prices/unit-price.ts';
import type { Entry } from '../../../infra/cache/entry.ts';
import type { ReviewListRequest } from '../../reviews/review-list.ts';
import type { BundlesRequest } from '../catalogue/bundle-view.ts';
import type { ProductListRequest } from '../catalogue/list/product-list.ts';
import { type VisitorPrices, visitorPrices } from '../catalogue/visitor-prices.ts';
import { type CachedResponse, constantUntil, PRICES_VARY, publicUntil } from './cached-response.ts';
import { type CachedEntry, entriesOf, type ResponseSources } from './entries.ts';
import { idOrSlugOf } from './keys.ts';
import { openReadyAnswers, type PublicAnswer, type ReadyAnswers } from './ready-answers.ts';
import { warmableEntry } from './warmable.ts';

/** A response with prices. */
export interface PricedResponse<R extends CachedResponse | undefined = CachedResponse> {
  read(prices: VisitorPrices): Promise<R>;
  /** The answer to visitors who are not signed in if everything it needs is in memory, else undefined: use `read` then. */
  look(): PublicAnswer | undefined;
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

type ReadInMemory = <T extends object>(entry: Entry) => T | undefined;

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
  /** Looks for a response at public prices in memory; `entryOf` names its entry. */
  function look(
    entryOf: (prices: VisitorPrices, readInMemory: ReadInMemory) => Entry | undefined,
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
  return {
    prices,
    product(idOrSlug) {
      const reference = idOrSlugOf(idOrSlug);
      return {
        async read(of) {
          const id = reference && ('id' in reference ? reference.id : (await read(entries.slug(reference.slug)))?.id);
          return id === undefined ? undefined : read(entries.product(id, of));
        },
        look: () =>
          look((of, readInMemory) => {
            const found =
              reference && 'slug' in reference
                ? readInMemory<{ id: string }>(entries.slug(reference.slug).entry)
                : reference;
            return found && entries.product(found.id, of).entry;
          }),
      };
    },
    list: (query) => ({
      read: (of) => readOrMake(entries.list(query, of)),
      look: () => look((of) => entries.list(query, of).entry),
    }),
    collections: () => readOrMake(entries.collections()),
    bundle(idOrSlug) {
      const name = idOrSlugOf(idOrSlug) && idOrSlug.toLowerCase();
      return {
        read: async (of) => (name === undefined ? undefined : read(entries.bundle(name, of))),
        look: () => look((of) => (name === undefined ? undefined : entries.bundle(name, of).entry)),
      };
    },
    bundles: (query) => ({
      read: (of) => readOrMake(entries.bundles(query, of)),
      look: () => look((of) => entries.bundles(query, of).entry),
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
