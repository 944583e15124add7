import type { PriceTerms } from '../../../domain/pricing/unit-prices/unit-price.ts';
import { groupsOf } from '../../../entities/account/customer-group.ts';
import type { Vault } from '../../../entities/account/privacy/vault.ts';
import { loadPriceTerms } from '../../../entities/pricing/price-terms.ts';
import type { Entry } from '../../../infra/cache/entry.ts';
import type { LayeredCache } from '../../../infra/cache/layered-cache.ts';
import type { Database } from '../../../infra/database/database.ts';
import { type ReviewListRequest, readReviewList } from '../../reviews/review-list.ts';
import { type BundlesRequest, readBundle, readBundlePage } from '../catalogue/bundle-view.ts';
import { readCollections } from '../catalogue/collections-view.ts';
import { type ProductListRequest, readProductList } from '../catalogue/list/product-list.ts';
import {
  availabilityOf,
  availableUnits,
  type ProductFacts,
  productIdOf,
  productView,
  readProduct,
} from '../catalogue/product-view.ts';
import type { VisitorPrices } from '../catalogue/visitor-prices.ts';
import { type CachedResponse, cachedResponseOf } from './cached-response.ts';
import { cacheableListName, nameOf } from './keys.ts';

export interface ResponseSources {
  db: Database;
  vault: Vault;
  cache: LayeredCache;
  /** ISO 4217. */
  currency: string;
}

/** Seconds: what is in stock changes by the second, what things are only with their version. */
const LIFE = { availability: 1, list: 5, reviews: 60, facts: 3_600 };

export interface Kept<T> {
  entry: Entry;
  make(): Promise<T | undefined>;
}

/** Every page: its key, what it hangs on, how long it lives, and how it is made. */
export const entriesOf = (sources: ResponseSources) => ({
  ...productEntries(sources),
  ...listEntries(sources),
  ...reviewEntries(sources),
  ...bundleEntries(sources),
  /** All price lists and rules that are not over: pages are priced with them. */
  prices: (): Kept<PriceTerms> => ({
    entry: { key: 'prices:all', on: ['offers', 'price-lists'], seconds: LIFE.facts },
    make: () => loadPriceTerms(sources.db.query),
  }),
  groups: (accountId: string): Kept<{ ids: string[] }> => ({
    entry: { key: `groups:${accountId}`, on: [`groups:${accountId}`], seconds: LIFE.facts },
    make: async () => ({ ids: await groupsOf(sources.db.query, accountId) }),
  }),
});

export type Entries = ReturnType<typeof entriesOf>;

/** Pages of an earlier release, without the prices of visitors, are kept under no form. */
const formOf = (prices: string): string => `prices-${prices}`;

function productEntries(sources: ResponseSources) {
  const { db, cache } = sources;
  const facts = (id: string): Kept<ProductFacts> => ({
    entry: {
      key: `product:${id}`,
      on: [`product:${id}`, `reviews:${id}`, 'price-lists'],
      seconds: LIFE.facts,
      form: 'listed',
    },
    make: () => readProduct(sources, id),
  });
  return {
    facts,
    product: (id: string, { terms, name }: VisitorPrices): Kept<CachedResponse> => ({
      entry: {
        key: `product-page:${id}`,
        on: [`product:${id}`, `reviews:${id}`, 'price-lists'],
        form: formOf(name),
        seconds: LIFE.availability,
        isCounted: true,
        isComposed: true,
      },
      async make() {
        const { entry, make } = facts(id);
        const levels = cache.limit(() => availabilityOf(db.query, id));
        const [product, available] = await Promise.all([cache.read(entry, make), levels]);
        return product && cachedResponseOf(productView(product, { terms, available }));
      },
    }),
    /** How many units of one variant. */
    available: (variantId: string): Kept<{ available: number }> => ({
      entry: { key: `available:${variantId}`, on: [], seconds: LIFE.availability },
      make: () => availableUnits(db.query, variantId),
    }),
    /** Which product a slug names: asked once as long as the catalogue does not change. */
    slug: (slug: string): Kept<{ id: string }> => ({
      entry: { key: `slug:${slug}`, on: ['catalogue'], seconds: LIFE.facts },
      make: () => productIdOf(db.query, slug),
    }),
  };
}

const reviewEntries = (sources: ResponseSources) => ({
  reviews: (request: ReviewListRequest): Kept<CachedResponse> => ({
    entry: {
      key: `reviews:${nameOf(request)}`,
      on: [`product:${request.productId}`, `reviews:${request.productId}`],
      seconds: LIFE.reviews,
    },
    async make() {
      const list = await readReviewList(sources, request);
      return list && cachedResponseOf(list);
    },
  }),
});

function listEntries(sources: ResponseSources) {
  return {
    list(query: ProductListRequest, { terms, name: prices }: VisitorPrices): Kept<CachedResponse> {
      const name = cacheableListName(query);
      return {
        entry: {
          key: `list:${name ?? nameOf(query)}`,
          on: ['catalogue'],
          seconds: LIFE.list,
          form: formOf(prices),
          isCounted: name !== undefined,
        },
        make: async () => cachedResponseOf(await readProductList({ ...sources, terms }, query)),
      };
    },
    collections: (): Kept<CachedResponse> => ({
      entry: { key: 'collections:all', on: ['catalogue'], seconds: LIFE.facts },
      make: async () => cachedResponseOf(await readCollections(sources.db)),
    }),
  };
}

function bundleEntries(sources: ResponseSources) {
  return {
    bundle: (idOrSlug: string, { terms, name }: VisitorPrices): Kept<CachedResponse> => ({
      entry: {
        key: `bundle:${idOrSlug}`,
        on: ['bundles'],
        form: formOf(name),
        seconds: LIFE.availability,
        isCounted: true,
      },
      async make() {
        const bundle = await readBundle({ ...sources, terms }, { idOrSlug });
        return bundle && cachedResponseOf(bundle);
      },
    }),
    bundles: (query: BundlesRequest, { terms, name }: VisitorPrices): Kept<CachedResponse> => ({
      entry: { key: `bundles:${nameOf(query)}`, on: ['bundles'], seconds: LIFE.list, form: formOf(name) },
      make: async () => cachedResponseOf(await readBundlePage({ ...sources, terms }, query)),
    }),
  };
}
