import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { AVAILABLE, IS_FOR_SALE } from '../../../entities/stock/availability.ts';
import type { Query } from '../../../infra/database/query.ts';
import type { ApiDeps } from '../../deps.ts';
import type { RowOf } from '../../fields/row-of.ts';
import { TRACE_ID, traceIdSchema } from '../../fields/trace-id.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../list-query.ts';
import { reservationsRoute } from './reservations.ts';

export const levelSchema = z
  .object({
    id: z.uuid().meta({ description: 'Id of the variant.' }),
    sku: z.string(),
    title: z.string().meta({ description: 'Title of the product.' }),
    onHand: z.int().meta({ description: 'Units in stock.' }),
    reserved: z.int().meta({ description: 'Units reserved for checkouts.' }),
    backorderLimit: z.int(),
    available: z.int().meta({ description: '`onHand + backorderLimit − reserved`, at least 0.' }),
  })
  .meta({ id: 'InventoryLevel' });
export type Level = z.infer<typeof levelSchema>;

export const movementSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(['receive', 'adjust', 'reserve', 'release', 'consume', 'restock']),
    onHandDelta: z.int(),
    reservedDelta: z.int(),
    cause: z.string(),
    causeId: z.uuid().nullable(),
    note: z.string().nullable(),
    requestId: z.string().nullable(),
    traceId: traceIdSchema,
    at: z.iso.datetime(),
  })
  .meta({ id: 'InventoryMovement' });

const SELECT = `select v.id, v.sku, p.title, s.on_hand as "onHand", s.reserved, s.backorder_limit as "backorderLimit",
    ${AVAILABLE} as available
  from stock_levels s join variants v on v.id = s.variant_id join products p on p.id = v.product_id`;

/** Reads the inventory level of a variant. @throws VARIANT_NOT_FOUND */
export async function readLevel(query: Query, variantId: string): Promise<Level> {
  const [level] = await query<Level>(`${SELECT} where v.id = $1`, [variantId]);
  if (!level) throw refused('VARIANT_NOT_FOUND', { variantId });
  return level;
}

const common = { permission: 'products:read', access: 'staff', tag: 'Inventory', method: 'get' } as const;

/** Inventory levels and the ledger of stock movements. */
export const levelRoutes = (deps: ApiDeps): AnyRoute[] => [
  listLevels(deps),
  readOne(deps),
  listMovements(deps),
  reservationsRoute(deps),
];

const listLevels = ({ db }: ApiDeps) =>
  route({
    ...common,
    path: '/api/v1/admin/inventory',
    permission: 'products:update',
    summary: 'List the inventory levels of all variants, newest variant first',
    query: z.strictObject({
      ...pageQuery,
      below: z.coerce
        .number()
        .int()
        .min(0)
        .max(100_000_000)
        .optional()
        .meta({ description: 'Only variants with fewer available units than this.' }),
      forSale: z
        .enum(['true', 'false'])
        .transform((value) => value === 'true')
        .optional()
        .meta({ description: '`true`: only active variants of active products; `false`: only others. Default: all.' }),
      sku: z.string().min(1).max(64).optional().meta({ description: 'SKU of one variant, case-insensitive.' }),
    }),
    answers: { 200: { description: 'A page of inventory levels', schema: pageSchema(levelSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor, below, sku, forSale } }) {
      const list = { levels: below, sku, forSale };
      const rows = await db.search<Level>(
        `${SELECT} where ($1::uuid is null or v.id < $1)
            and ($2::int is null or ${AVAILABLE} < $2) and ($3::text is null or upper(v.sku) = upper($3))
            and ($4::boolean is null or (${IS_FOR_SALE}) = $4) order by v.id desc limit $5`,
        [readCursorId(list, cursor), below ?? null, sku ?? null, forSale ?? null, limit + 1],
      );
      return { status: 200, body: paginate(list, rows, limit) };
    },
  });

const readOne = ({ db }: ApiDeps) =>
  route({
    ...common,
    path: '/api/v1/admin/variants/{id}/inventory',
    permission: 'products:update',
    summary: 'Retrieve the inventory level of a variant',
    params: z.object({ id: z.uuid() }),
    answers: { 200: { description: 'The inventory level', schema: levelSchema } },
    errors: ['VARIANT_NOT_FOUND'],
    handle: async ({ params: { id } }) => ({ status: 200, body: await readLevel(db.query, id) }),
  });

const listMovements = ({ db }: ApiDeps) =>
  route({
    ...common,
    path: '/api/v1/admin/variants/{id}/inventory/movements',
    permission: 'products:update',
    summary: 'List the stock movements of a variant, newest first',
    params: z.object({ id: z.uuid() }),
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'A page of stock movements', schema: pageSchema(movementSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ params: { id }, query: { limit, cursor } }) {
      const list = { movementsOf: id };
      const rows = await db.search<RowOf<typeof movementSchema>>(
        `select id, kind, on_hand_delta as "onHandDelta", reserved_delta as "reservedDelta", cause, cause_id as "causeId",
            note, request_id as "requestId", ${TRACE_ID} as "traceId", at from inventory_movements where variant_id = $1 and ($2::uuid is null or id < $2)
          order by id desc limit $3`,
        [id, readCursorId(list, cursor), limit + 1],
      );
      return { status: 200, body: paginate(list, rows, limit) };
    },
  });
