import { z } from 'zod';
import { pageOf, pageQuery, startOf, toPage } from '../admin/list-query.ts';
import { ownSession } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, route } from '../http/route.ts';
import { OWN_ORDERS } from '../orders/access.ts';
import { buyerRoutes } from '../orders/buyer-routes.ts';
import { readOrders } from '../orders/list.ts';
import { orderHeadSchema } from '../orders/order-view.ts';
import { dayQuery, placedIn } from '../orders/placed.ts';

/** The caller's own orders. */
export const ownOrderRoutes = (deps: ApiDeps): AnyRoute[] => [list(deps), ...buyerRoutes(deps, OWN_ORDERS)];

const list = ({ db }: ApiDeps) =>
  route({
    method: 'get',
    path: OWN_ORDERS.path,
    permission: 'orders:read',
    access: 'customer',
    summary: 'Your orders, newest first',
    tag: 'Orders',
    query: z.strictObject({ ...pageQuery, ...dayQuery }),
    answers: { 200: { description: 'One page', schema: pageOf(orderHeadSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ principal, query: { limit, cursor, ...days } }) {
      const { accountId: customerId } = ownSession(principal);
      const list = { ownOrders: customerId, ...days };
      const before = startOf(list, cursor);
      const rows = await readOrders(db.search, { customerId, placed: placedIn(days), before, limit: limit + 1 });
      return {
        status: 200,
        body: toPage(
          list,
          rows.map(({ customerId: _, ...row }) => row),
          limit,
        ),
      };
    },
  });
