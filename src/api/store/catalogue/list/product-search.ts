import type { Database } from '../../../../infra/database/database.ts';

type Bind = (value: unknown) => string;

/**
 * The most products that a search ranks, and counts for its facets, so that its cost does not grow with the catalogue:
 * those with the words in title or brand first, then the newest. `product_matches` of migration 046 finds them.
 */
export const MAX_RANKED = 300;
/** The most SKUs that are read for the products of a SKU's beginning. */
const MAX_SKUS = 3_000;

/** A search text as PostgreSQL reads it. */
export interface ProductSearch {
  /** The words as a `tsquery`, typing errors corrected; null if there are none. */
  query: string | null;
  /** The typed words. */
  words: string;
  /** The `like` pattern of `skuPattern`. */
  skus: string | null;
  /** The products on sale of SKUs that begin with the text, at most `MAX_RANKED`. */
  productIds: string[];
  /** Whether `productIds` has all of them. */
  hasAllSkus: boolean;
}

/**
 * Reads a search text. Every word must match a word or its beginning; a word that no product has matches the most similar
 * word of the shop. The statements of the list then have the query as a value, so that PostgreSQL knows how common it is.
 */
export async function readSearch(db: Pick<Database, 'search'>, q: string): Promise<ProductSearch> {
  const [row] = await db.search<ProductSearch>(
    `with found as materialized (
        select v.product_id, upper(v.sku) as sku
          from variants v cross join lateral (select status from products where id = v.product_id offset 0) p
          where v.status = 'active' and p.status = 'active' and upper(v.sku) like $2::text
          order by upper(v.sku) using ~<~ limit ${MAX_SKUS})
    select product_query($1::text)::text as query, array_to_string(typed_words($1::text), ' ') as words, $2::text as skus,
      array(select product_id from found group by product_id order by min(sku) limit ${MAX_RANKED}) as "productIds",
      (select count(*) < ${MAX_SKUS} and count(distinct product_id) <= ${MAX_RANKED} from found) as "hasAllSkus"`,
    [searchText(q), skuPattern(q)],
  );
  return row ?? { query: null, words: '', skus: null, productIds: [], hasAllSkus: true };
}

/** The condition that the product `p` matches the search. */
export function matchesSearch(search: ProductSearch, bind: Bind): string {
  const words = `p.search @@ ${bind(search.query)}::tsquery`;
  return search.productIds.length === 0 ? words : `(${words} or ${matchesSku(search, bind)})`;
}

const matchesSku = ({ skus, productIds, hasAllSkus }: ProductSearch, bind: Bind): string =>
  hasAllSkus
    ? `p.id = any(${bind(productIds)}::uuid[])`
    : `exists (select 1 from variants v where v.product_id = p.id and v.status = 'active' and upper(v.sku) like ${bind(skus)})`;

/** SQL of the ids of matching products, in bounded time: all of them, or those that `product_matches` finds of more. */
const foundIds = ({ query, productIds }: ProductSearch, bind: Bind): string =>
  `select product_matches(${bind(query)}::tsquery) as id union select unnest(${bind(productIds)}::uuid[])`;

/**
 * SQL of the ids of matching products that fit other conditions: all if there are at most 1,000, as in `product_matches`;
 * of more, 1,000, with those among the newest 2,000 products and those of SKUs. `ofEach`: `where` for a few products
 */
export function filteredIds(
  { productIds }: ProductSearch,
  bind: Bind,
  filtered: { from: string; where: string; ofEach: string },
): string {
  const ids = (products: string) =>
    `select p.id from ${filtered.from.replace('products p', `${products} p`)} where ${filtered.ofEach}`;
  const newest = `(select * from products where status = 'active' order by created_at desc, id desc limit 2000)`;
  return `(select p.id from ${filtered.from} where ${filtered.where} limit 1000) union ${ids(newest)}
    union ${ids(`(select * from products where id = any(${bind(productIds)}::uuid[]))`)}`;
}

/** A common table expression `found` with the newest matching products: one more than `MAX_RANKED`. */
export const newestMatches = (search: ProductSearch, bind: Bind): string =>
  ` found as materialized (select id from (${foundIds(search, bind)}) matches order by id desc limit ${MAX_RANKED + 1}),`;

/**
 * A common table expression `found` with the scores of the best `MAX_RANKED` candidates. A matching SKU ranks
 * above every text match.
 * @param filtered SQL of the ids of the candidates, if there is another filter
 */
export function rankedProducts(search: ProductSearch, bind: Bind, filtered?: string): string {
  const { query, words } = search;
  // Without another filter only `productIds` are there by their SKUs.
  const isSku = matchesSku({ ...search, hasAllSkus: search.hasAllSkus || filtered === undefined }, bind);
  // The lateral joins read the products by key; another join would read all products.
  return ` found as materialized (
    select hits.id, score from (
      select p.id from (${filtered ?? foundIds(search, bind)}) matches
          cross join lateral (select id, created_at, search from products where id = matches.id offset 0) p
        order by ${isSku} desc, p.search @@ ${bind(inNames(query))}::tsquery desc, p.created_at desc, p.id desc
        limit ${MAX_RANKED}) hits
      cross join lateral (
        select case when ${isSku} then 1e7::int else (1e6 * (ts_rank(p.search, ${bind(query)}::tsquery)
            + word_similarity(${bind(words)}::text, p.title || ' ' || p.brand)))::int end as score
          from products p where p.id = hits.id offset 0) each),`;
}

/** The query for its words in title or brand: `'silk':* & 'saree'` becomes `'silk':*AB & 'saree':AB`. */
const inNames = (query: string | null): string | null =>
  query?.replace(/'(:\*)?(?= |$)/g, (_, begins) => `':${begins ? '*' : ''}AB`) ?? null;

/** A `like` pattern for SKUs that begin with the search text; null when the text cannot be a SKU. */
export const skuPattern = (q: string): string | null =>
  /^[A-Za-z0-9._-]{3,64}$/.test(q.trim()) ? `${q.trim().toUpperCase().replaceAll('_', '\\_')}%` : null;

/**
 * The search text for the SQL functions that split it into words like a title, so that no input is a syntax error.
 * A text in PostgreSQL cannot contain the code point 0.
 */
export const searchText = (q: string): string => q.replaceAll('\0', ' ');
