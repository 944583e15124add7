import type { Vault } from '../../entities/people/vault.ts';
import type { Database } from '../../infra/database.ts';
import type { Entry, LayeredCache } from '../../infra/layered-cache.ts';
import { type BundlesRequest, readBundle, readBundlePage } from './bundle.ts';
import { readCollections } from './collections.ts';
import { type Page, pageOf } from './page.ts';
import { availabilityOf, availableUnits, type ProductView, productIdOf, readProduct } from './product.ts';
import { type ProductListRequest, readProductList } from './product-list.ts';
import { type ReviewListRequest, readReviewList } from './review-list.ts';

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
  /** Makes a page anew before it is over, by the key that its popularity is counted under. @returns whether it did */
  warm(key: string): Promise<boolean>;
}

interface Shelf {
  db: Database;
  vault: Vault;
  cache: LayeredCache;
  /** ISO 4217. */
  currency: string;
}

/** Seconds: what is in stock changes by the second, what things are only with their version. */
const LIFE = { availability: 1, list: 5, reviews: 60, facts: 3_600 };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** A query of many words is asked for once, and not worth being kept warm. */
const MOST_KEY = 300;

export function openPages(shelf: Shelf): Pages {
  const { cache } = shelf;
  const entries = entriesOf(shelf);
  const page = ({ entry, make }: Kept<Page>) => cache.read(entry, make);
  const sure = async (kept: Kept<Page>): Promise<Page> => (await page(kept)) ?? ((await kept.make()) as Page);
  return {
    async product(idOrSlug) {
      const id = UUID.test(idOrSlug) ? idOrSlug.toLowerCase() : await idOfSlug(shelf, idOrSlug);
      return id === undefined ? undefined : page(entries.product(id));
    },
    list: (query) => sure(entries.list(query)),
    collections: () => sure(entries.collections()),
    bundle: (idOrSlug) => page(entries.bundle(idOrSlug)),
    bundles: (query) => sure(entries.bundles(query)),
    reviews: (request) => page(entries.reviews(request)),
    async available(variantId) {
      const entry = { key: `available:${variantId}`, on: [], seconds: LIFE.availability };
      return (await cache.read(entry, () => availableUnits(shelf.db.query, variantId)))?.available;
    },
    async warm(key) {
      const all = keptUnder(entries, key);
      const made = [];
      for (const { entry, make } of all) made.push(await cache.refresh<object>(entry, make));
      return made.includes(true);
    },
  };
}

interface Kept<T> {
  entry: Entry;
  make(): Promise<T | undefined>;
}

type Entries = ReturnType<typeof entriesOf>;

/** Every page: its key, what it hangs on, how long it lives, and how it is made. */
function entriesOf(shelf: Shelf) {
  const { db, cache } = shelf;
  const facts = (id: string): Kept<ProductView> => ({
    entry: { key: `product:${id}`, on: [`product:${id}`, `reviews:${id}`], seconds: LIFE.facts },
    make: () => readProduct(shelf, id),
  });
  return {
    facts,
    product: (id: string): Kept<Page> => ({
      entry: { key: `product-page:${id}`, on: [`product:${id}`, `reviews:${id}`], seconds: LIFE.availability },
      async make() {
        const { entry, make } = facts(id);
        const [product, available] = await Promise.all([cache.read(entry, make), availabilityOf(db.query, id)]);
        if (!product) return undefined;
        const variants = product.variants.map((variant) => ({ ...variant, available: available.get(variant.id) ?? 0 }));
        return pageOf({ ...product, variants });
      },
    }),
    list: (query: ProductListRequest): Kept<Page> => ({
      entry: { key: `list:${nameOf(query)}`, on: ['catalogue'], seconds: LIFE.list },
      make: async () => pageOf(await readProductList(shelf, query)),
    }),
    collections: (): Kept<Page> => ({
      entry: { key: 'collections:all', on: ['catalogue'], seconds: LIFE.facts },
      make: async () => pageOf(await readCollections(db)),
    }),
    bundle: (idOrSlug: string): Kept<Page> => ({
      entry: { key: `bundle:${idOrSlug}`, on: ['bundles'], seconds: LIFE.availability },
      async make() {
        const bundle = await readBundle(shelf, { idOrSlug });
        return bundle && pageOf(bundle);
      },
    }),
    bundles: (query: BundlesRequest): Kept<Page> => ({
      entry: { key: `bundles:${nameOf(query)}`, on: ['bundles'], seconds: LIFE.list },
      make: async () => pageOf(await readBundlePage(shelf, query)),
    }),
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
  };
}

/** Which product a slug names: asked once as long as the catalogue does not change. */
async function idOfSlug({ db, cache }: Shelf, slug: string): Promise<string | undefined> {
  const entry = { key: `slug:${slug}`, on: ['catalogue'], seconds: LIFE.facts };
  return (await cache.read(entry, () => productIdOf(db.query, slug)))?.id;
}

/** A request as it stands in a key: the same request, however it was written, has the same name. */
const nameOf = (request: object): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(request)
        .filter(([, value]) => value !== undefined && value !== null)
        .sort(),
    ),
  );

/** The page of a key that was counted, with what it is made of; nothing for one that is nobody's, as of an earlier release. */
function keptUnder(entries: Entries, key: string): Kept<object>[] {
  const [, type = '', name = ''] = /^([a-z-]+):(.*)$/s.exec(key) ?? [];
  if (key.length > MOST_KEY) return [];
  if (type === 'product-page') return [entries.facts(name), entries.product(name)];
  if (type === 'collections') return [entries.collections()];
  if (type === 'bundle') return [entries.bundle(name)];
  return type === 'list' ? [entries.list(JSON.parse(name) as ProductListRequest)] : [];
}
