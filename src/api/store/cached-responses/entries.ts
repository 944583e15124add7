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
import { type Page, pageOf } from './cached-response.ts';
import { nameOf, shelfNameOf } from './keys.ts';

export interface Shelf {
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
export const entriesOf = (shelf: Shelf) => ({
  ...productEntries(shelf),
  ...listEntries(shelf),
  ...reviewEntries(shelf),
  ...bundleEntries(shelf),
  /** All price lists and rules that are not over: pages are priced with them. */
  prices: (): Kept<PriceTerms> => ({
    entry: { key: 'prices:all', on: ['offers', 'price-lists'], seconds: LIFE.facts },
    make: () => loadPriceTerms(shelf.db.query),
  }),
  groups: (accountId: string): Kept<{ ids: string[] }> => ({
    entry: { key: `groups:${accountId}`, on: [`groups:${accountId}`], seconds: LIFE.facts },
    make: async () => ({ ids: await groupsOf(shelf.db.query, accountId) }),
  }),
});

export type Entries = ReturnType<typeof entriesOf>;

/** Pages of an earlier release, without the prices of visitors, are kept under no form. */
const formOf = (prices: string): string => `prices-${prices}`;

function productEntries(shelf: Shelf) {
  const { db, cache } = shelf;
  const facts = (id: string): Kept<ProductFacts> => ({
    entry: {
      key: `product:${id}`,
      on: [`product:${id}`, `reviews:${id}`, 'price-lists'],
      seconds: LIFE.facts,
      form: 'listed',
    },
    make: () => readProduct(shelf, id),
  });
  return {
    facts,
    product: (id: string, { terms, name }: VisitorPrices): Kept<Page> => ({
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
        return product && pageOf(productView(product, { terms, available }));
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

const reviewEntries = (shelf: Shelf) => ({
  reviews: (request: ReviewListRequest): Kept<Page> => ({
    entry: {
      key: `reviews:${nameOf(request)}`,
      on: [`product:${request.productId}`, `reviews:${request.productId}`],
      seconds: LIFE.reviews,
    },
    async make() {
      const list = await readReviewList(shelf, request);
      return list && pageOf(list);
    },
  }),
});

function listEntries(shelf: Shelf) {
  return {
    list(query: ProductListRequest, { terms, name: prices }: VisitorPrices): Kept<Page> {
      const name = shelfNameOf(query);
      return {
        entry: {
          key: `list:${name ?? nameOf(query)}`,
          on: ['catalogue'],
          seconds: LIFE.list,
          form: formOf(prices),
          isCounted: name !== undefined,
        },
        make: async () => pageOf(await readProductList({ ...shelf, terms }, query)),
      };
    },
    collections: (): Kept<Page> => ({
      entry: { key: 'collections:all', on: ['catalogue'], seconds: LIFE.facts },
      make: async () => pageOf(await readCollections(shelf.db)),
    }),
  };
}

function bundleEntries(shelf: Shelf) {
  return {
    bundle: (idOrSlug: string, { terms, name }: VisitorPrices): Kept<Page> => ({
      entry: {
        key: `bundle:${idOrSlug}`,
        on: ['bundles'],
        form: formOf(name),
        seconds: LIFE.availability,
        isCounted: true,
      },
      async make() {
        const bundle = await readBundle({ ...shelf, terms }, { idOrSlug });
        return bundle && pageOf(bundle);
      },
    }),
    bundles: (query: BundlesRequest, { terms, name }: VisitorPrices): Kept<Page> => ({
      entry: { key: `bundles:${nameOf(query)}`, on: ['bundles'], seconds: LIFE.list, form: formOf(name) },
      make: async () => pageOf(await readBundlePage({ ...shelf, terms }, query)),
    }),
  };
}
