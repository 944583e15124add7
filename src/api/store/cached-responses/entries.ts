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

/** Seconds. Stock changes by the second; product data changes only with its version. */
const LIFETIME = { availability: 1, list: 5, reviews: 60, facts: 3_600 };

export interface CachedEntry<T> {
  entry: Entry;
  make(): Promise<T | undefined>;
}

/** Every cache entry: its key, its dependencies, its lifetime and its maker. */
export const entriesOf = (sources: ResponseSources) => ({
  ...productEntries(sources),
  ...listEntries(sources),
  ...reviewEntries(sources),
  ...bundleEntries(sources),
  /** All price lists and rules that have not ended. */
  prices: (): CachedEntry<PriceTerms> => ({
    entry: { key: 'prices:all', on: ['offers', 'price-lists'], seconds: LIFETIME.facts },
    make: () => loadPriceTerms(sources.db.query),
  }),
  groups: (accountId: string): CachedEntry<{ ids: string[] }> => ({
    entry: { key: `groups:${accountId}`, on: [`groups:${accountId}`], seconds: LIFETIME.facts },
    make: async () => ({ ids: await groupsOf(sources.db.query, accountId) }),
  }),
});

export type Entries = ReturnType<typeof entriesOf>;

/** Separates these entries from those of an earlier release, which had no form and no visitor prices. */
const formOf = (prices: string): string => `prices-${prices}`;

function productEntries(sources: ResponseSources) {
  const { db, cache } = sources;
  const facts = (id: string): CachedEntry<ProductFacts> => ({
    entry: {
      key: `product:${id}`,
      on: [`product:${id}`, `reviews:${id}`, 'price-lists'],
      seconds: LIFETIME.facts,
      form: 'listed',
    },
    make: () => readProduct(sources, id),
  });
  return {
    facts,
    product: (id: string, { terms, name }: VisitorPrices): CachedEntry<CachedResponse> => ({
      entry: {
        key: `product-page:${id}`,
        on: [`product:${id}`, `reviews:${id}`, 'price-lists'],
        form: formOf(name),
        seconds: LIFETIME.availability,
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
    /** Available units of one variant. */
    available: (variantId: string): CachedEntry<{ available: number }> => ({
      entry: { key: `available:${variantId}`, on: [], seconds: LIFETIME.availability },
      make: () => availableUnits(db.query, variantId),
    }),
    /** The product id of a slug; read again only when the catalogue changes. */
    slug: (slug: string): CachedEntry<{ id: string }> => ({
      entry: { key: `slug:${slug}`, on: ['catalogue'], seconds: LIFETIME.facts },
      make: () => productIdOf(db.query, slug),
    }),
  };
}

const reviewEntries = (sources: ResponseSources) => ({
  reviews: (request: ReviewListRequest): CachedEntry<CachedResponse> => ({
    entry: {
      key: `reviews:${nameOf(request)}`,
      on: [`product:${request.productId}`, `reviews:${request.productId}`],
      seconds: LIFETIME.reviews,
    },
    async make() {
      const list = await readReviewList(sources, request);
      return list && cachedResponseOf(list);
    },
  }),
});

function listEntries(sources: ResponseSources) {
  return {
    list(query: ProductListRequest, { terms, name: prices }: VisitorPrices): CachedEntry<CachedResponse> {
      const name = cacheableListName(query);
      return {
        entry: {
          key: `list:${name ?? nameOf(query)}`,
          on: ['catalogue'],
          seconds: LIFETIME.list,
          form: formOf(prices),
          isCounted: name !== undefined,
        },
        make: async () => cachedResponseOf(await readProductList({ ...sources, terms }, query)),
      };
    },
    collections: (): CachedEntry<CachedResponse> => ({
      entry: { key: 'collections:all', on: ['catalogue'], seconds: LIFETIME.facts },
      make: async () => cachedResponseOf(await readCollections(sources.db)),
    }),
  };
}

function bundleEntries(sources: ResponseSources) {
  return {
    bundle: (idOrSlug: string, { terms, name }: VisitorPrices): CachedEntry<CachedResponse> => ({
      entry: {
        key: `bundle:${idOrSlug}`,
        on: ['bundles'],
        form: formOf(name),
        seconds: LIFETIME.availability,
        isCounted: true,
      },
      async make() {
        const bundle = await readBundle({ ...sources, terms }, { idOrSlug });
        return bundle && cachedResponseOf(bundle);
      },
    }),
    bundles: (query: BundlesRequest, { terms, name }: VisitorPrices): CachedEntry<CachedResponse> => ({
      entry: { key: `bundles:${nameOf(query)}`, on: ['bundles'], seconds: LIFETIME.list, form: formOf(name) },
      make: async () => cachedResponseOf(await readBundlePage({ ...sources, terms }, query)),
    }),
  };
}
