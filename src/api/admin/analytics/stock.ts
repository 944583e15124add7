import { z } from 'zod';
import { AVAILABLE, IS_FOR_SALE } from '../../../entities/stock/availability.ts';
import type { Query } from '../../../infra/database/query.ts';
import type { ApiDeps } from '../../deps.ts';
import { route } from '../../http/route.ts';
import { answerTable, type CsvColumn } from './answer/table-answer.ts';

const totalsSchema = z.object({
  variants: z.int().meta({ description: 'Variants that are for sale.' }),
  onHand: z.int().meta({ description: 'Units on hand.' }),
  reserved: z.int().meta({ description: 'Those of them that checkouts reserve.' }),
  value: z.int().meta({ description: 'Units on hand at the own price of their variant, in paise.' }),
  soldOut: z
    .int()
    .meta({ description: 'Variants without an available unit. A backorder limit makes units available.' }),
  low: z.int().meta({ description: 'Variants with an available unit, but at most `lowAt`.' }),
});

const lowSchema = z.object({
  variantId: z.uuid(),
  sku: z.string(),
  title: z.string(),
  onHand: z.int(),
  reserved: z.int(),
  available: z.int().meta({ description: '`onHand` and the backorder limit, less `reserved`, at least 0.' }),
});

export const stockSchema = z
  .object({ lowAt: z.int(), currency: z.string(), totals: totalsSchema, data: z.array(lowSchema) })
  .meta({ id: 'StockFigures' });

const COLUMNS: CsvColumn[] = ['variantId', 'sku', 'title', 'onHand', 'reserved', 'available'].map((name) => [
  name,
  'plain',
]);

/** SQL: the variants that are for sale, with their stock. */
const FOR_SALE = `select v.id as "variantId", v.sku, p.title, s.on_hand as "onHand", s.reserved, ${AVAILABLE} as available,
    s.on_hand * v.price as value
  from stock_levels s join variants v on v.id = s.variant_id join products p on p.id = v.product_id
  where ${IS_FOR_SALE}`;

const readTotals = async (search: Query, lowAt: number): Promise<z.infer<typeof totalsSchema> | undefined> =>
  (
    await search<z.infer<typeof totalsSchema>>(
      `select count(*)::int as variants, coalesce(sum("onHand"), 0)::bigint as "onHand", coalesce(sum(reserved), 0)::bigint as reserved,
          coalesce(sum(value), 0)::bigint as value, count(*) filter (where available = 0)::int as "soldOut",
          count(*) filter (where available between 1 and $1)::int as low from (${FOR_SALE}) as stock`,
      [lowAt],
    )
  )[0];

const readLow = (search: Query, lowAt: number, limit: number): Promise<z.infer<typeof lowSchema>[]> =>
  search(
    `select "variantId", sku, title, "onHand", reserved, available from (${FOR_SALE}) as stock
      where available <= $1 order by available, sku limit $2`,
    [lowAt, limit],
  );

/** The value of the stock, and the variants that run out. */
export const stockFiguresRoute = ({ db, currency }: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/admin/analytics/stock',
    permission: 'analytics:read',
    access: 'staff',
    tag: 'Analytics',
    summary: 'Retrieve the value of the stock, and the variants that run out',
    description:
      'As of now. `data` lists variants with the fewest available units first. `Accept: text/csv` returns it as a file.',
    query: z.strictObject({
      lowAt: z.coerce.number().int().min(0).max(1_000_000).default(5).meta({
        description: 'A variant with at most as many available units is low.',
      }),
      limit: z.coerce.number().int().min(1).max(1_000).default(100).meta({ description: 'Entries, 1 to 1,000.' }),
    }),
    answers: { 200: { description: 'The stock', schema: stockSchema, alternativeType: 'text/csv' } },
    async handle(call) {
      const { lowAt, limit } = call.query;
      const [totals, data] = await Promise.all([readTotals(db.search, lowAt), readLow(db.search, lowAt, limit)]);
      return answerTable(call, { lowAt, currency, totals, data }, { name: 'low-stock', columns: COLUMNS, rows: data });
    },
  });
