import type { PriceTerms } from '../../../../domain/pricing/unit-prices/unit-price.ts';
import { type PriceSql, priceSql } from './product-price.ts';

/** What a client narrows the catalogue down to. */
export interface ProductFilter {
  q?: string | undefined;
  /** Slug. */
  collection?: string | undefined;
  size?: string[] | undefined;
  color?: string[] | undefined;
  /** Paise, both inclusive: what one unit costs the visitor. */
  minPrice?: number | undefined;
  maxPrice?: number | undefined;
  /** true: only what can be bought now; false: only products of which nothing that fits can be. */
  inStock?: boolean | undefined;
}

/** A filter as the parts of a statement that reads products as `p`. */
export interface FilterSql {
  params: unknown[];
  /** Adds a parameter and answers its placeholder. */
  bind(value: unknown): string;
  /** Opens the statement; ends in a comma unless it is empty. */
  with: string;
  /** To be read from; has `found f` with the score of each product when it is ranked. */
  from: string;
  /** What holds for a product. */
  where: string;
  /** Whether the variant with the alias `v` fits, with its level `s`. */
  fits(v: string, s: string): string;
  /** The price of one unit for the visitor. */
  price: PriceSql;
  /** That some variant of `p` fits. */
  someFits: string;
  /** Whether `with` has the table `fitting_variants` of all variants that fit, since no index has their prices. */
  isListed: boolean;
}

/** Whether a unit can be bought, of the level with this alias. */
export const isAvailable = (s: string): string => `${s}.on_hand + ${s}.backorder_limit - ${s}.reserved > 0`;

/** The variants of `p` with their levels, to be read from. */
export const VARIANTS = `variants v join stock_levels s on s.variant_id = v.id and v.status = 'active'`;

interface LineRequest {
  ranked: boolean;
  /** Whether the products are sorted by price. */
  isByPrice: boolean;
  terms: PriceTerms;
}

/** The parts of a statement for this filter. Only what is asked for is in the text, so that the plan is made for it. */
export function filterSql(filter: ProductFilter, { ranked, isByPrice, terms }: LineRequest): FilterSql {
  const params: unknown[] = [];
  const bind = (value: unknown) => `$${params.push(value)}`;
  const price = priceSql(terms, bind);
  const { isGoods, isAmount } = fitting(filter, bind);
  const fits: FilterSql['fits'] = (v, s) => `${isGoods(v, s)} and ${isAmount(price.of(v))}`;
  const isOfPrice = isByPrice || filter.minPrice !== undefined || filter.maxPrice !== undefined;
  const parts = { with: '', from: 'products p', where: `p.status = 'active'`, isListed: price.isPriced && isOfPrice };
  const sql: FilterSql = { params, bind, fits, price, ...parts, someFits: '' };
  const within: string[] = [];
  if (filter.collection !== undefined) {
    const collection = `(select id from collections where slug = ${bind(filter.collection)} and status = 'active')`;
    sql.from += ` join product_collections c on c.product_id = p.id and c.collection_id = ${collection}`;
    within.push(`select product_id from product_collections where collection_id = ${collection}`);
  }
  if (filter.q !== undefined) {
    search(sql, filter.q, ranked);
    within.push('select id from found');
  }
  if (sql.isListed) {
    const stocked = isAvailable('s');
    const where = [isGoods('v', 's'), ...within.map((products) => `v.product_id in (${products})`)].join(' and ');
    // Their prices are computed once, not by looking at each product again.
    sql.with += `fitting_variants as (
      select * from (${price.rows({ from: VARIANTS, stocked, where })}) v where ${isAmount('v.price')}),`;
  }
  const some = (condition: string) => `exists (select 1 from ${sql.isListed ? 'fitting_variants v' : VARIANTS}
    where v.product_id = p.id and ${condition})`;
  sql.someFits = some(sql.isListed ? 'true' : fits('v', 's'));
  if (filter.inStock === false) {
    sql.where += ` and not ${some(sql.isListed ? 'stocked' : `${fits('v', 's')} and ${isAvailable('s')}`)}`;
  }
  return sql;
}

/** The conditions of the filter on a variant with its level, and on the price of a unit. */
function fitting({ size, color, minPrice, maxPrice, inStock }: ProductFilter, bind: FilterSql['bind']) {
  const ofGoods: ((v: string, s: string) => string)[] = [];
  const ofAmounts: ((amount: string) => string)[] = [];
  const anyOf = (column: string, texts: string[]) => {
    // Lower case is made in one place: JavaScript makes another of some letters, such as İ.
    const wanted = texts.map((text) => `lower(${bind(text)}::text)`).join(', ');
    ofGoods.push((v) => `lower(${v}.${column}) in (${wanted})`);
  };
  const limit = (operator: string, paise: number) => {
    const bound = bind(paise);
    ofAmounts.push((amount) => `${amount} ${operator} ${bound}::bigint`);
  };
  if (size) anyOf('size', size);
  if (color) anyOf('color', color);
  if (minPrice !== undefined) limit('>=', minPrice);
  if (maxPrice !== undefined) limit('<=', maxPrice);
  if (inStock) ofGoods.push((_, s) => isAvailable(s));
  return {
    isGoods: (v: string, s: string) => ofGoods.map((rule) => rule(v, s)).join(' and ') || 'true',
    isAmount: (amount: string) => ofAmounts.map((rule) => rule(amount)).join(' and ') || 'true',
  };
}

/**
 * Full text first: every word must be there, or begin a word that is; a word that the shop does not know is read as the
 * one most like it. A SKU, or its beginning, comes before all text.
 */
function search(sql: FilterSql, q: string, ranked: boolean): void {
  const sku = skuPattern(q);
  const typed = `${sql.bind(searchText(q))}::text`;
  sql.with = `query as materialized (select product_query(${typed}) as words,
    array_to_string(typed_words(${typed}), ' ') as typed),`;
  const score = ranked
    ? `(1e6 * (ts_rank(p.search, (select words from query))
        + word_similarity((select typed from query), p.title || ' ' || p.brand)))::int`
    : '0';
  sql.with += ` found as materialized (
    select id, max(score) as score from (
      select p.id, ${score} as score from products p
        where p.status = 'active' and p.search @@ (select words from query)
      union all select product_id, 1e7::int from variants where status = 'active' and upper(sku) like ${sql.bind(sku)}
    ) hits group by id),`;
  sql.from = `found f join ${sql.from.replace('products p', 'products p on p.id = f.id')}`;
}

/** What is typed as the beginning of a SKU, to be compared with `like`; null for what cannot be one. */
export const skuPattern = (q: string): string | null =>
  /^[A-Za-z0-9._-]{3,64}$/.test(q.trim()) ? `${q.trim().toUpperCase().replaceAll('_', '\\_')}%` : null;

/**
 * What is typed, for the functions in SQL that split it into words just as they split a title: nothing a person types can
 * be a syntax error. No text in PostgreSQL holds the code point 0.
 */
export const searchText = (q: string): string => q.replaceAll('\0', ' ');
