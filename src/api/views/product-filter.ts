/** What a client narrows the catalogue down to. */
export interface ProductFilter {
  q?: string | undefined;
  /** Slug. */
  collection?: string | undefined;
  size?: string[] | undefined;
  color?: string[] | undefined;
  /** Paise, both inclusive. */
  minPrice?: number | undefined;
  maxPrice?: number | undefined;
  /** true: only what can be bought now; false: only products of which nothing that fits can be. */
  inStock?: boolean | undefined;
}

/** A filter as the parts of a statement that reads products as `p`. */
export interface FilterSql {
  params: unknown[];
  /** Opens the statement; empty without a search. */
  with: string;
  /** To be read from; has `found f` with the score of each product when there is a search. */
  from: string;
  /** What holds for a product. */
  where: string;
}

const MOST_WORDS = 8;
const AVAILABLE = '(s.on_hand + s.backorder_limit - s.reserved > 0)';

/**
 * Whether the variant `v` with its level `s` fits. The text never changes, so that a handful of prepared statements
 * serves every combination of filters.
 */
export const FITS = `($1::text[] is null or lower(v.size) = any($1)) and ($2::text[] is null or lower(v.color) = any($2))
  and v.price between $3::bigint and $4::bigint and ($5::boolean is not true or ${AVAILABLE})`;

/** The variants of `p` with their levels, to be read from. */
export const VARIANTS = 'variants v join stock_levels s on s.variant_id = v.id';

const SOLD_OUT_IF_ASKED = `($5::boolean is not false
  or not exists (select 1 from ${VARIANTS} where v.product_id = p.id and ${FITS} and ${AVAILABLE}))`;

/** The parts of a statement for this filter; `$1` to `$5` are what `FITS` asks for. */
export function filterSql(filter: ProductFilter): FilterSql {
  const lower = (texts: string[] | undefined) => texts?.map((text) => text.toLowerCase()) ?? null;
  const { minPrice = 0, maxPrice = Number.MAX_SAFE_INTEGER, inStock = null } = filter;
  const params: unknown[] = [lower(filter.size), lower(filter.color), minPrice, maxPrice, inStock];
  const sql: FilterSql = {
    params,
    with: '',
    from: 'products p',
    where: `p.status = 'active' and ${SOLD_OUT_IF_ASKED}`,
  };
  if (filter.collection !== undefined) {
    params.push(filter.collection);
    sql.from += ` join product_collections c on c.product_id = p.id
      and c.collection_id = (select id from collections where slug = $${params.length})`;
  }
  if (filter.q !== undefined) search(sql, filter.q);
  return sql;
}

/**
 * Full text first: every word must be there, or begin a word that is; a word that the shop does not know is read as the
 * one most like it. A SKU, or its beginning, comes before all text.
 */
function search(sql: FilterSql, q: string): void {
  const words = wordsOf(q);
  const sku = /^[A-Za-z0-9.-]{3,40}$/.test(q.trim()) ? `${q.trim().toUpperCase()}%` : null;
  sql.params.push(words, words.join(' '), sku);
  const last = sql.params.length;
  const query = `(select product_query($${last - 2}::text[]))`;
  sql.with = `with found as materialized (
    select id, max(score) as score from (
      select p.id, (1e6 * (ts_rank(p.search, ${query}) + word_similarity($${last - 1}, p.title || ' ' || p.brand)))::int as score
        from products p where p.status = 'active' and p.search @@ ${query}
      union all select product_id, 1e7::int from variants where upper(sku) like $${last}
    ) hits group by id)`;
  sql.from = `found f join ${sql.from.replace('products p', 'products p on p.id = f.id')}`;
}

/** Letters and digits only: nothing a person types can be a syntax error. */
const wordsOf = (q: string): string[] =>
  q
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu)
    ?.slice(0, MOST_WORDS) ?? [];
