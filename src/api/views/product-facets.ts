import { z } from 'zod';
import type { Database } from '../../infra/database.ts';
import { filterSql, isAvailable, type ProductFilter, VARIANTS } from './product-filter.ts';

const MOST_COUNTED = 2_000;

const countsSchema = z.array(z.object({ value: z.string(), count: z.int() }));

export const facetsSchema = z
  .object({
    total: z.int(),
    collections: z.array(z.object({ slug: z.string(), title: z.string(), count: z.int() })),
    sizes: countsSchema,
    colors: countsSchema,
    price: z.object({ min: z.int(), max: z.int(), currency: z.string() }).nullable(),
    inStock: z.int(),
    isComplete: z.boolean(),
  })
  .meta({ id: 'ProductFacets', description: 'Numbers of products over everything that fits, not only this page.' });

export type Facets = z.infer<typeof facetsSchema>;

interface FacetRow extends Omit<Facets, 'price'> {
  min: number | null;
  max: number | null;
}

const counts = (column: string) => `(select coalesce(json_agg(json_build_object('value', value, 'count', count)
    order by count desc, value), '[]')
  from (select ${column} as value, count(*) as count from
    (select distinct product_id, ${column} from fitting where ${column} is not null) pairs group by ${column}) each)`;

/** Counts what fits by collection, size and colour, in one statement, however much there is in the shop. */
export async function readFacets(db: Database, filter: ProductFilter, currency: string): Promise<Facets> {
  const sql = filterSql(filter, { ranked: false });
  const fits = sql.fits('v', 's');
  const [row] = await db.search<FacetRow>(
    `with ${sql.with} picked as materialized (
        select p.id from ${sql.from} where ${sql.where}
          and exists (select 1 from ${VARIANTS} where v.product_id = p.id and ${fits})
          order by p.id desc limit ${MOST_COUNTED + 1}),
      counted as materialized (select id from picked order by id desc limit ${MOST_COUNTED}),
      fitting as materialized (
        select v.product_id, v.size, v.color, v.price, ${isAvailable('s')} as stocked
          from counted join variants v on v.product_id = counted.id and v.status = 'active'
            join stock_levels s on s.variant_id = v.id where ${fits}),
      product as materialized (select product_id, bool_or(stocked) as stocked from fitting group by product_id)
    select (select count(*) from counted) as total, (select count(*) from picked) <= ${MOST_COUNTED} as "isComplete",
      (select count(*) from product where stocked) as "inStock",
      (select min(price) from fitting) as min, (select max(price) from fitting) as max,
      ${counts('size')} as sizes, ${counts('color')} as colors,
      (select coalesce(json_agg(json_build_object('slug', c.slug, 'title', c.title, 'count', n.count) order by c.position), '[]')
        from (select collection_id, count(*) as count from product join product_collections using (product_id)
          group by collection_id) n join collections c on c.id = n.collection_id and c.status = 'active') as collections`,
    sql.params,
  );
  const { min, max, ...rest } = row as FacetRow;
  return { ...rest, price: min === null || max === null ? null : { min, max, currency } };
}
