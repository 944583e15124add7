import { z } from 'zod';
import { refused } from '../../../../domain/errors.ts';
import type { PriceTerms } from '../../../../domain/pricing/unit-prices/unit-price.ts';
import type { Database } from '../../../../infra/database/database.ts';
import { readCursor, writeCursor } from '../../../http/cursor.ts';
import { ratingOf, ratingSchema } from '../../../reviews/rating.ts';
import { facetsSchema, readFacets } from './product-facets.ts';
import { filterSql, isAvailable, type ProductFilter, VARIANTS } from './product-filter.ts';
import { ORDERS, type Sort } from './product-order.ts';
import { readSearch } from './product-search.ts';

const itemSchema = z
  .object({
    id: z.uuid(),
    slug: z.string(),
    title: z.string(),
    brand: z.string(),
    price: z.int().meta({
      description:
        'Paise: lowest price of one unit among the variants that match the filters, by the price lists and pricing rules that apply to the visitor now.',
    }),
    highestPrice: z.int().meta({ description: 'Paise: highest price among the variants that match the filters.' }),
    wasPrice: z.int().nullable().meta({
      description: 'Paise: base price of the cheapest variant when a price list or rule lowers it, else null.',
    }),
    currency: z.string(),
    inStock: z.boolean().meta({ description: 'Whether any variant is available now.' }),
    sizes: z.array(z.string()),
    colors: z.array(z.string()),
    rating: ratingSchema,
  })
  .meta({ id: 'ProductListItem' });

export const productListSchema = z
  .object({
    data: z.array(itemSchema),
    nextCursor: z.string().nullable(),
    facets: facetsSchema
      .nullable()
      .meta({ description: 'Facets, on the first page only; null when the request has a cursor.' }),
  })
  .meta({ id: 'ProductList' });

export type ProductList = z.infer<typeof productListSchema>;
type Item = ProductList['data'][number];

export interface ProductListRequest extends Omit<ProductFilter, 'search'> {
  q?: string | undefined;
  sort?: Sort | undefined;
  limit: number;
  cursor?: string | undefined;
}

interface PageRow extends Omit<Item, 'currency' | 'wasPrice'> {
  ownPrice: number;
  key: string | number;
  keyId: string;
}

/**
 * Reads one page of products in one statement and the facets in a parallel one, after a search text in one of its own.
 * @throws CURSOR_INVALID, COLLECTION_NOT_FOUND
 */
export async function readProductList(
  source: { db: Database; currency: string; terms: PriceTerms },
  request: ProductListRequest,
): Promise<ProductList> {
  const { db, currency, terms } = source;
  const search = request.q === undefined ? undefined : await readSearch(db, request.q);
  const [rows, facets] = await Promise.all([
    readPage(db, { ...request, search }, terms),
    request.cursor === undefined ? readFacets(source, { ...request, search }) : null,
  ]);
  if (rows.length === 0) await refuseUnknownCollection(db, request.collection);
  return { ...toPage(rows, request, currency), facets };
}

function readPage(db: Database, request: ProductListRequest & ProductFilter, terms: PriceTerms): Promise<PageRow[]> {
  const { limit, cursor } = request;
  const sort = sortOf(request);
  const order = ORDERS[sort];
  const sql = filterSql(request, {
    searchFor: sort === 'relevance' ? 'ranking' : 'list',
    isByPrice: order.isByPrice === true,
    terms,
  });
  const { from, where } = order.rows(sql);
  const fits = sql.fits('v', 's');
  const position = cursor === undefined ? null : readCursor(cursorScope(request), cursor, order.keySchema);
  const after = position ? `and ${order.after(sql.bind(position.key), sql.bind(position.id))}` : '';
  return db.search<PageRow>(
    `with ${sql.with} page as materialized (
        select row_number() over (order by ${order.by}) as place, p.id, ${order.key} as key, ${order.id} as key_id
          from ${from} where ${where} ${after} order by ${order.by} limit ${sql.bind(limit + 1)})
    select p.id, p.slug, p.title, p.brand, page.key, page.key_id as "keyId", ${ratingOf('p')} as rating, each.*
      from page join products p on p.id = page.id cross join lateral (
        select min(price) filter (where fits) as price, max(price) filter (where fits) as "highestPrice",
          (array_agg(own_price order by price, v.id) filter (where fits))[1] as "ownPrice", bool_or(stocked) as "inStock",
          coalesce(array_agg(v.size order by v.position) filter (where v.size is not null), '{}') as sizes,
          coalesce(array_agg(v.color order by v.position) filter (where v.color is not null), '{}') as colors
        from (select v.id, v.size, v.color, v.position, v.price as own_price, ${sql.price.of('v')} as price, ${fits} as fits,
            ${isAvailable('s')} as stocked from ${VARIANTS} where v.product_id = p.id offset 0) v) each
      order by page.place`,
    sql.params,
  );
}

function toPage(rows: readonly PageRow[], request: ProductListRequest, currency: string): Omit<ProductList, 'facets'> {
  const visible = rows.slice(0, request.limit);
  const last = visible.at(-1);
  const hasMore = rows.length > request.limit && last !== undefined;
  const nextCursor = hasMore ? writeCursor(cursorScope(request), { key: last.key, id: last.keyId }) : null;
  return { data: visible.map((row) => toItem(row, currency)), nextCursor };
}

function toItem({ key, keyId, sizes, colors, ownPrice, ...row }: PageRow, currency: string): Item {
  const wasPrice = ownPrice > row.price ? ownPrice : null;
  return { ...row, wasPrice, sizes: [...new Set(sizes)], colors: [...new Set(colors)], currency };
}

/** The sort order in effect. Relevance needs a search text. */
const sortOf = ({ sort, q }: ProductListRequest): Sort =>
  q === undefined ? (sort === undefined || sort === 'relevance' ? 'newest' : sort) : (sort ?? 'relevance');

/** The filters and the order that a cursor belongs to; the page size may change. */
const cursorScope = (request: ProductListRequest) => {
  const { q, collection, size, color, minPrice, maxPrice, inStock } = request;
  return [sortOf(request), q, collection, size, color, minPrice, maxPrice, inStock].map((part) => part ?? null);
};

async function refuseUnknownCollection(db: Database, slug: string | undefined): Promise<void> {
  if (slug === undefined) return;
  const found = await db.query(`select 1 from collections where slug = $1 and status = 'active'`, [slug]);
  if (found.length === 0) throw refused('COLLECTION_NOT_FOUND', { collection: slug });
}
