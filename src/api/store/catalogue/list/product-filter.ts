import type { PriceTerms } from '../../../../domain/pricing/unit-prices/unit-price.ts';
import { type PriceSql, priceSql } from './product-price.ts';
import { filteredIds, matchesSearch, newestMatches, type ProductSearch, rankedProducts } from './product-search.ts';

/** The filters of a product list. */
export interface ProductFilter {
  search?: ProductSearch | undefined;
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
  /** The FROM clause; includes `found f`, with the score of each product, when search results are ranked. */
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
  /**
   * What is done with search results: `ranking` scores the best, `counting` takes the newest, both in bounded time; `list`
   * takes all.
   */
  searchFor: 'ranking' | 'counting' | 'list';
  /** Whether the products are sorted by price. */
  isByPrice: boolean;
  terms: PriceTerms;
}

/** Builds the SQL of a filter. Only requested conditions are in the text, so that PostgreSQL plans for them. */
export function filterSql(filter: ProductFilter, { searchFor, isByPrice, terms }: FilterOptions): FilterSql {
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
  if (filter.search) productSets.push(addSearch(sql, { ...filter, search: filter.search }, searchFor));
  if (sql.hasFittingVariants) {
    const stocked = isAvailable('s');
    const where = [variantMatches('v', 's'), ...productSets.map((products) => `v.product_id in (${products})`)].join(
      ' and ',
    );
    // Computes all prices once instead of once per product.
    sql.with += `fitting_variants as (
      select * from (${price.rows({ from: VARIANTS, stocked, where })}) v where ${priceMatches('v.price')}),`;
  }
  const products = sql.where;
  const { someFits, andNoneIsAvailable } = variantConditions(sql, filter, '');
  Object.assign(sql, { someFits, where: products + andNoneIsAvailable });
  if (filter.search && searchFor === 'ranking' && isNarrowed(filter)) {
    const ofEach = variantConditions(sql, filter, sql.hasFittingVariants ? '' : 'offset 0');
    rankFiltered(sql, filter.search, `${products}${ofEach.andNoneIsAvailable} and ${ofEach.someFits}`);
  }
  return sql;
}

/**
 * The conditions that a variant of the product `p` matches the filter, and that none which matches is available, if the filter
 * asks for that. @param end `offset 0`: each product is looked at on its own; for few products a join would read all variants
 */
function variantConditions({ hasFittingVariants, fits }: FilterSql, { inStock }: ProductFilter, end: '' | 'offset 0') {
  const anyVariant = (
    condition: string,
  ) => `exists (select 1 from ${hasFittingVariants ? 'fitting_variants v' : VARIANTS}
    where v.product_id = p.id and ${condition} ${end})`;
  const available = hasFittingVariants ? 'stocked' : `${fits('v', 's')} and ${isAvailable('s')}`;
  return {
    someFits: anyVariant(hasFittingVariants ? 'true' : fits('v', 's')),
    andNoneIsAvailable: inStock === false ? ` and not ${anyVariant(available)}` : '',
  };
}

/** The lateral join reads the products by key; another join would read all products. */
const FOUND = 'found f cross join lateral (select * from products where id = f.id offset 0) p';

/** Whether the filter has a condition besides the search text. */
export const isNarrowed = ({ collection, size, color, minPrice, maxPrice, inStock }: ProductFilter): boolean =>
  [collection, size, color, minPrice, maxPrice, inStock].some((value) => value !== undefined);

/** Adds the search. @returns SQL of the ids of its products */
function addSearch(
  sql: FilterSql,
  filter: ProductFilter & { search: ProductSearch },
  searchFor: FilterOptions['searchFor'],
): string {
  const { search } = filter;
  // Few of the best or newest products could meet another condition: then all that match are asked for it.
  if (searchFor === 'list' || isNarrowed(filter)) {
    const matches = matchesSearch(search, sql.bind);
    sql.where += ` and ${matches}`;
    return `select p.id from products p where p.status = 'active' and ${matches}`;
  }
  sql.with = searchFor === 'ranking' ? rankedProducts(search, sql.bind) : newestMatches(search, sql.bind);
  sql.from = FOUND;
  return 'select id from found';
}

/** Replaces the conditions by a ranking of the products that meet them. `ofEach`: the conditions for a few products. */
function rankFiltered(sql: FilterSql, search: ProductSearch, ofEach: string): void {
  const where = `${sql.where} and ${sql.someFits}`;
  const ids = filteredIds(search, sql.bind, { from: sql.from, where, ofEach });
  sql.with += rankedProducts(search, sql.bind, ids);
  Object.assign(sql, { from: FOUND, where: 'true', someFits: 'true' });
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
