import { z } from 'zod';
import type { PriceTerms } from '../../../../domain/pricing/unit-prices/unit-price.ts';
import type { Database } from '../../../../infra/database/database.ts';
import { inTextOrder } from '../../../fields/text-order.ts';
import { filterSql, isAvailable, isNarrowed, type ProductFilter, VARIANTS } from './product-filter.ts';
import { MAX_RANKED } from './product-search.ts';

/** The maximum number of products counted, so that the cost of a request does not grow with the catalogue. */
const MAX_COUNTED = 2_000;

const countsSchema = z.array(z.object({ value: z.string(), count: z.int() }));

export const facetsSchema = z
  .object({
    total: z.int().meta({ description: 'Number of products counted.' }),
    collections: z.array(z.object({ slug: z.string(), title: z.string(), count: z.int() })),
    sizes: countsSchema,
    colors: countsSchema,
    price: z
      .object({ min: z.int(), max: z.int(), currency: z.string() })
      .nullable()
      .meta({ description: 'Lowest and highest price of one unit in paise, at the prices of the visitor.' }),
    inStock: z.int(),
    isComplete: z.boolean().meta({
      description: `Whether all matching products were counted. If false, more than ${MAX_COUNTED} products match (${MAX_RANKED} with a search text), only ${MAX_COUNTED} (${MAX_RANKED}) of them were counted, and each number means "at least".`,
    }),
  })
  .meta({
    id: 'ProductFacets',
    description:
      'Numbers of products that match the filters, over all pages. They cover only some of the products when `isComplete` is false: the newest, or with a search text alone the newest of those that it found in bounded time.',
  });

export type Facets = z.infer<typeof facetsSchema>;

interface FacetSource {
  db: Database;
  currency: string;
  terms: PriceTerms;
}

interface FacetRow extends Omit<Facets, 'price'> {
  min: number | null;
  max: number | null;
}

/** SQL that counts the products per value of the array column `list`, as JSON. */
const counts = (list: string) => `(select coalesce(json_agg(json_build_object('value', value, 'count', count)
    order by count desc, ${inTextOrder('value')}), '[]')
  from (select value, count(*) as count from counted, unnest(${list}) as value group by value) each)`;

/**
 * Counts the matching products by collection, size and colour in one statement. The lateral joins read the indexes
 * product by product, so that the cost stays the same with a million products; other joins would scan whole tables.
 */
export async function readFacets({ db, currency, terms }: FacetSource, filter: ProductFilter): Promise<Facets> {
  const sql = filterSql(filter, { searchFor: 'counting', isByPrice: false, terms });
  const fits = sql.fits('v', 's');
  const most = filter.search ? MAX_RANKED : MAX_COUNTED;
  const isAllFound = filter.search && !isNarrowed(filter) ? `and (select count(*) <= ${MAX_RANKED} from found)` : '';
  const [row] = await db.search<FacetRow>(
    `with ${sql.with} fitting as materialized (
        select p.id from ${sql.from} where ${sql.where}
            and ${sql.someFits}
          order by p.id desc limit ${most + 1}),
      counted as materialized (
        select p.id, each.* from (select id from fitting order by id desc limit ${most}) p cross join lateral (
          select array_agg(distinct v.size) filter (where v.size is not null) as sizes,
            array_agg(distinct v.color) filter (where v.color is not null) as colors,
            min(price) as least, max(price) as most, bool_or(stocked) as stocked
          from (select v.size, v.color, ${sql.price.of('v')} as price, ${isAvailable('s')} as stocked
            from ${VARIANTS} where v.product_id = p.id and ${fits} offset 0) v) each)
    select count(*) as total, (select count(*) from fitting) <= ${most} ${isAllFound} as "isComplete",
      count(*) filter (where stocked) as "inStock", min(least) as min, max(most) as max,
      ${counts('sizes')} as sizes, ${counts('colors')} as colors,
      (select coalesce(json_agg(json_build_object('slug', c.slug, 'title', c.title, 'count', n.count) order by c.position), '[]')
        from (select collection_id, count(*) as count from counted cross join lateral (
            select collection_id from product_collections pc where pc.product_id = counted.id offset 0) each group by 1) n
          join collections c on c.id = n.collection_id and c.status = 'active') as collections
      from counted`,
    sql.params,
  );
  const { min, max, ...rest } = row as FacetRow;
  return { ...rest, price: min === null || max === null ? null : { min, max, currency } };
}
