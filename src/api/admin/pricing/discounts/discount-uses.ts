import { z } from 'zod';
import type { ApiDeps } from '../../../deps.ts';
import type { RowOf } from '../../../fields/row-of.ts';
import { type AnyRoute, route } from '../../../http/route.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../../list-query.ts';
import { readOne } from '../../resources/managed-resource.ts';
import { DISCOUNTS } from './discounts.ts';

const redemptionSchema = z
  .object({
    id: z.uuid().meta({ description: 'Id of the checkout.' }),
    code: z.string().nullable(),
    amount: z.int().meta({ description: 'Reduction in paise.' }),
    status: z.enum(['held', 'consumed', 'released']),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Redemption' });

/** Redemptions of a discount: held with the stock, consumed by the order, released when no order follows. */
export const redemptionRoutes = ({ db }: ApiDeps): AnyRoute[] => [
  route({
    tag: DISCOUNTS.tag,
    permission: 'discounts:manage',
    access: 'staff',
    method: 'get',
    path: '/api/v1/admin/discounts/{id}/redemptions',
    summary: 'List the redemptions of a discount, newest first',
    params: z.object({ id: z.uuid() }),
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'A page of redemptions', schema: pageSchema(redemptionSchema) } },
    errors: ['DISCOUNT_NOT_FOUND', 'CURSOR_INVALID'],
    async handle({ params: { id }, query: { limit, cursor } }) {
      await readOne(db.query, DISCOUNTS, id);
      const list = { redemptionsOf: id };
      const rows = await db.search<RowOf<typeof redemptionSchema>>(
        `select checkout_id as id, code, amount, status, created_at as "createdAt" from discount_redemptions
          where discount_id = $1 and ($2::uuid is null or checkout_id < $2) order by checkout_id desc limit $3`,
        [id, readCursorId(list, cursor), limit + 1],
      );
      return { status: 200, body: paginate(list, rows, limit) };
    },
  }),
];
