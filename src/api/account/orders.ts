import { z } from 'zod';
import { pageQuery, pageSchema, paginate, readCursorId } from '../admin/list-query.ts';
import { requireSession } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, route } from '../http/route.ts';
import { OWN_ORDERS } from '../orders/access.ts';
import { buyerRoutes } from '../orders/buyer-routes.ts';
import { orderHeadSchema } from '../orders/order-view.ts';
import { dayQuery, placedRangeOf } from '../orders/placed-date-range.ts';
import { readOrders } from '../orders/read-orders.ts';

/** The routes of the caller's own orders. */
export const ownOrderRoutes = (deps: ApiDeps): AnyRoute[] => [list(deps), ...buyerRoutes(deps, OWN_ORDERS)];

const list = ({ db }: ApiDeps) =>
  route({
    method: 'get',
    path: OWN_ORDERS.path,
    permission: 'orders:read',
    access: 'customer',
    summary: 'List your orders, newest first',
    tag: 'Orders',
    query: z.strictObject({ ...pageQuery, ...dayQuery }),
    answers: { 200: { description: 'One page of orders', schema: pageSchema(orderHeadSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ principal, query: { limit, cursor, ...days } }) {
      const { accountId: customerId } = requireSession(principal);
      const list = { ownOrders: customerId, ...days };
      const before = readCursorId(list, cursor);
      const rows = await readOrders(db, { customerId, placed: placedRangeOf(days), before, limit: limit + 1 });
      return {
        status: 200,
        body: paginate(
          list,
          rows.map(({ customerId: _, ...row }) => row),
          limit,
        ),
      };
    },
  });
