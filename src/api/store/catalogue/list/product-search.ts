import type { Database } from '../../../../infra/database/database.ts';

type Bind = (value: unknown) => string;

/**
 * The most products that a search ranks, and counts for its facets, so that its cost does not grow with the catalogue:
 * those with the words in title or brand first, then the newest. `product_matches` of migration 046 finds them.
 */
export const MAX_RANKED = 300;
/** If `product_matches` returns fewer products, it has found all. */
export const MAX_MATCHES = 1_000;

/** A search text as PostgreSQL reads it. */
export interface ProductSearch {
  /** The words as a `tsquery`, typing errors corrected; null if there are none. */
  query: string | null;
  /** The typed words. */
  words: string;
  /** The products of SKUs that begin with the text, at most `MAX_RANKED`. */
  productIds: string[];
}

/**
 * Reads a search text. Every word must match a word or its beginning; a word that no product has matches the most similar
 * word of the shop. The statements of the list then have the query as a value, so that PostgreSQL knows how common it is.
 */
export async function readSearch(db: Pick<Database, 'search'>, q: string): Promise<ProductSearch> {
  const [row] = await db.search<ProductSearch>(
    `select product_query($1::text)::text as query, array_to_string(typed_words($1::text), ' ') as words,
      array(select product_id from variants where status = 'active' and upper(sku) like $2
        order by upper(sku) using ~<~ limit ${MAX_RANKED}) as "productIds"`,
    [searchText(q), skuPattern(q)],
  );
  return row ?? { query: null, words: '', productIds: [] };
}

/** The condition that the product `p` matches the search. */
export function matchesSearch({ query, productIds }: ProductSearch, bind: Bind): string {
  const words = `p.search @@ ${bind(query)}::tsquery`;
  return productIds.length === 0 ? words : `(${words} or p.id = any(${bind(productIds)}::uuid[]))`;
}

/** The ids of matching products, in bounded time: all of them, or those that `product_matches` finds of more. */
const foundIds = ({ query, productIds }: ProductSearch, bind: Bind): string =>
  `(select product_matches(${bind(query)}::tsquery) as id union select unnest(${bind(productIds)}::uuid[]))`;

/** A common table expression `found` with the newest matching products and one more than `MAX_RANKED`, or all found. */
export const newestMatches = (search: ProductSearch, bind: Bind, isWhole: boolean): string =>
  ` found as materialized (select id from ${foundIds(search, bind)} matches
    order by id desc limit ${isWhole ? null : MAX_RANKED + 1}),`;

/**
 * A common table expression `found` with the score of each ranked product, the best `MAX_RANKED` or all found. A matching
 * SKU ranks above every text match.
 */
export function rankedProducts(search: ProductSearch, bind: Bind, isWhole: boolean): string {
  const { query, words, productIds } = search;
  const skus = `${bind(productIds)}::uuid[]`;
  // The lateral joins read the products by key; another join would read all products.
  return ` found as materialized (
    select hits.id, score from (
      select matches.id from ${foundIds(search, bind)} matches cross join lateral (
          select created_at, id = any(${skus}) as is_sku, search @@ ${bind(inNames(query))}::tsquery as is_named
            from products where id = matches.id offset 0) p
        order by is_sku desc, is_named desc, created_at desc, id desc limit ${isWhole ? null : MAX_RANKED}) hits
      cross join lateral (
        select case when p.id = any(${skus}) then 1e7::int else (1e6 * (ts_rank(p.search, ${bind(query)}::tsquery)
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
