import type { PriceTerms } from '../../../../domain/pricing/unit-prices/unit-price.ts';
import { type PriceSql, priceSql } from './product-price.ts';

/** The filters of a product list. */
export interface ProductFilter {
  q?: string | undefined;
  /** Slug. */
  collection?: string | undefined;
  size?: string[] | undefined;
  color?: string[] | undefined;
  /** Limits of the unit price for the visitor, in paise, inclusive. */
  minPrice?: number | undefined;
  maxPrice?: number | undefined;
  /** true: only available variants; false: only products without an available variant that matches. */
  inStock?: boolean | undefined;
}

/** A product filter as parts of an SQL statement, in which the products have the alias `p`. */
export interface FilterSql {
  params: unknown[];
  /** Adds a parameter and returns its placeholder. */
  bind(value: unknown): string;
  /** Common table expressions; ends in a comma unless it is empty. */
  with: string;
  /** The FROM clause; includes `found f` with the score of each product when there is a search text. */
  from: string;
  /** The conditions on a product. */
  where: string;
  /** The condition that the variant `v` with its stock level `s` matches the filter. */
  fits(v: string, s: string): string;
  /** The price of one unit for the visitor. */
  price: PriceSql;
  /** The condition that any variant of `p` matches the filter. */
  someFits: string;
  /** Whether `with` defines `fitting_variants` with all matching variants, because no index has their prices. */
  hasFittingVariants: boolean;
}

/** The condition that a unit of the stock level with the alias `s` is available. */
export const isAvailable = (s: string): string => `${s}.on_hand + ${s}.backorder_limit - ${s}.reserved > 0`;

/** The FROM clause of active variants with their stock levels. */
export const VARIANTS = `variants v join stock_levels s on s.variant_id = v.id and v.status = 'active'`;

interface FilterOptions {
  /** Whether search results get a score. */
  ranked: boolean;
  /** Whether the products are sorted by price. */
  isByPrice: boolean;
  terms: PriceTerms;
}

/** Builds the SQL of a filter. Only requested conditions are in the text, so that PostgreSQL plans for them. */
export function filterSql(filter: ProductFilter, { ranked, isByPrice, terms }: FilterOptions): FilterSql {
  const params: unknown[] = [];
  const bind = (value: unknown) => `$${params.push(value)}`;
  const price = priceSql(terms, bind);
  const { variantMatches, priceMatches } = filterConditions(filter, bind);
  const fits: FilterSql['fits'] = (v, s) => `${variantMatches(v, s)} and ${priceMatches(price.of(v))}`;
  const needsPrices = isByPrice || filter.minPrice !== undefined || filter.maxPrice !== undefined;
  const parts = {
    with: '',
    from: 'products p',
    where: `p.status = 'active'`,
    hasFittingVariants: price.isPriced && needsPrices,
  };
  const sql: FilterSql = { params, bind, fits, price, ...parts, someFits: '' };
  const productSets: string[] = [];
  if (filter.collection !== undefined) {
    const collection = `(select id from collections where slug = ${bind(filter.collection)} and status = 'active')`;
    sql.from += ` join product_collections c on c.product_id = p.id and c.collection_id = ${collection}`;
    productSets.push(`select product_id from product_collections where collection_id = ${collection}`);
  }
  if (filter.q !== undefined) {
    addSearch(sql, filter.q, ranked);
    productSets.push('select id from found');
  }
  if (sql.hasFittingVariants) {
    const stocked = isAvailable('s');
    const where = [variantMatches('v', 's'), ...productSets.map((products) => `v.product_id in (${products})`)].join(
      ' and ',
    );
    // Computes all prices once instead of once per product.
    sql.with += `fitting_variants as (
      select * from (${price.rows({ from: VARIANTS, stocked, where })}) v where ${priceMatches('v.price')}),`;
  }
  const anyVariant = (
    condition: string,
  ) => `exists (select 1 from ${sql.hasFittingVariants ? 'fitting_variants v' : VARIANTS}
    where v.product_id = p.id and ${condition})`;
  sql.someFits = anyVariant(sql.hasFittingVariants ? 'true' : fits('v', 's'));
  if (filter.inStock === false) {
    sql.where += ` and not ${anyVariant(sql.hasFittingVariants ? 'stocked' : `${fits('v', 's')} and ${isAvailable('s')}`)}`;
  }
  return sql;
}

/** The conditions of the filter on a variant with its stock level, and on the price of a unit. */
function filterConditions({ size, color, minPrice, maxPrice, inStock }: ProductFilter, bind: FilterSql['bind']) {
  const variantConditions: ((v: string, s: string) => string)[] = [];
  const priceConditions: ((amount: string) => string)[] = [];
  const anyOf = (column: string, texts: string[]) => {
    // PostgreSQL lower-cases both sides: JavaScript lower-cases some letters differently, e.g. İ.
    const values = texts.map((text) => `lower(${bind(text)}::text)`).join(', ');
    variantConditions.push((v) => `lower(${v}.${column}) in (${values})`);
  };
  const limit = (operator: string, paise: number) => {
    const bound = bind(paise);
    priceConditions.push((amount) => `${amount} ${operator} ${bound}::bigint`);
  };
  if (size) anyOf('size', size);
  if (color) anyOf('color', color);
  if (minPrice !== undefined) limit('>=', minPrice);
  if (maxPrice !== undefined) limit('<=', maxPrice);
  if (inStock) variantConditions.push((_, s) => isAvailable(s));
  return {
    variantMatches: (v: string, s: string) => variantConditions.map((rule) => rule(v, s)).join(' and ') || 'true',
    priceMatches: (amount: string) => priceConditions.map((rule) => rule(amount)).join(' and ') || 'true',
  };
}

/**
 * Adds the full-text search. Every word must match a word or its beginning; an unknown word matches the most similar
 * known word. A matching SKU or SKU prefix ranks above every text match.
 */
function addSearch(sql: FilterSql, q: string, ranked: boolean): void {
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

/** A `like` pattern for SKUs that begin with the search text; null when the text cannot be a SKU. */
export const skuPattern = (q: string): string | null =>
  /^[A-Za-z0-9._-]{3,64}$/.test(q.trim()) ? `${q.trim().toUpperCase().replaceAll('_', '\\_')}%` : null;

/**
 * The search text for the SQL functions that split it into words like a title, so that no input is a syntax error.
 * A text in PostgreSQL cannot contain the code point 0.
 */
export const searchText = (q: string): string => q.replaceAll('\0', ' ');
