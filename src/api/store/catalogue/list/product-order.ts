import { type core, z } from 'zod';
import { inTextOrder } from '../../../fields/text-order.ts';
import type { FilterSql } from './product-filter.ts';

export const SORTS = ['relevance', 'newest', 'price', '-price', 'title'] as const;
export type Sort = (typeof SORTS)[number];

/** One sort order of the products, by a key and a unique id. */
export interface SortOrder {
  keySchema: core.$ZodType<string | number>;
  /** SQL of the key in a cursor, exact to the last digit. */
  key: string;
  id: string;
  /** The condition that a row comes after the cursor with this key and id. */
  after(key: string, id: string): string;
  by: string;
  /** Whether the key is a price. */
  isByPrice?: true;
  /** The matching products, one row each. */
  rows(filter: FilterSql): { from: string; where: string };
}

/** Products with any matching variant. */
const products = ({ from, where, someFits }: FilterSql) => ({ from, where: `${where} and ${someFits}` });

/** Products with their cheapest matching variant. */
const cheapestVariants = (sql: FilterSql) => (sql.hasFittingVariants ? listedVariants(sql) : variantsByPrice(sql));

const listedVariants = ({ from, where }: FilterSql) => ({
  from: `${from} join (select product_id as id, min(price) as price from fitting_variants group by product_id) v on v.id = p.id`,
  where,
});

/** Starts from the variants, so that PostgreSQL reads the price index and sorts nothing. */
const variantsByPrice = ({ from, where, fits }: FilterSql) => ({
  from: `${from} join variants v on v.product_id = p.id join stock_levels s on s.variant_id = v.id and v.status = 'active'`,
  where: `${where} and ${fits('v', 's')} and not exists (
    select 1 from variants w join stock_levels t on t.variant_id = w.id and w.status = 'active'
      where w.product_id = v.product_id and (w.price, w.id) < (v.price, v.id) and ${fits('w', 't')})`,
});

export const ORDERS: Record<Sort, SortOrder> = {
  relevance: {
    keySchema: z.int(),
    key: 'f.score',
    id: 'p.id',
    after: (key, id) => `(f.score, p.id) < (${key}::int, ${id}::uuid)`,
    by: 'f.score desc, p.id desc',
    rows: products,
  },
  newest: {
    // Microseconds: a Date has only milliseconds, so that rows near the cursor would appear twice or never.
    keySchema: z.int(),
    key: '(extract(epoch from p.created_at) * 1000000)::bigint',
    id: 'p.id',
    after: (key, id) =>
      `(p.created_at, p.id) < (timestamptz 'epoch' + ${key}::float8 * interval '1 microsecond', ${id}::uuid)`,
    by: 'p.created_at desc, p.id desc',
    rows: products,
  },
  title: {
    keySchema: z.string().max(1_000),
    key: 'p.title',
    id: 'p.id',
    after: (key, id) => `(${inTextOrder('p.title')}, p.id) > (${key}::text, ${id}::uuid)`,
    by: `${inTextOrder('p.title')}, p.id`,
    rows: products,
  },
  price: {
    keySchema: z.int(),
    key: 'v.price',
    id: 'v.id',
    after: (key, id) => `(v.price, v.id) > (${key}::bigint, ${id}::uuid)`,
    by: 'v.price, v.id',
    isByPrice: true,
    rows: cheapestVariants,
  },
  '-price': {
    keySchema: z.int(),
    key: 'v.price',
    id: 'v.id',
    after: (key, id) => `(v.price, v.id) < (${key}::bigint, ${id}::uuid)`,
    by: 'v.price desc, v.id desc',
    isByPrice: true,
    rows: cheapestVariants,
  },
};
