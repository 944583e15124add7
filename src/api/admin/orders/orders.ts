import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { ORDER_STATES } from '../../../domain/states.ts';
import { revokeOrderLinks } from '../../../entities/order/guest-link.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import type { ApiDeps } from '../../deps.ts';
import { emailSchema } from '../../fields/person-fields.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { STAFF_ORDERS } from '../../orders/access.ts';
import { documentRoutes } from '../../orders/document-routes.ts';
import { adminOrderHeadSchema, adminOrderSchema } from '../../orders/order-view.ts';
import { dayQuery, placedRangeOf } from '../../orders/placed-date-range.ts';
import { readOrder } from '../../orders/read-order.ts';
import { orderNumberSchema, readOrders } from '../../orders/read-orders.ts';
import { adminEdit, etag, noContent } from '../change.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../list-query.ts';
import { orderCommandRoutes } from './commands.ts';

const PATH = STAFF_ORDERS.path;
const common = { permission: 'orders:read', access: 'staff', tag: 'Orders' } as const;

/** Orders as staff see them, their commands and documents. */
export const adminOrderRoutes = (deps: ApiDeps): AnyRoute[] => [
  list(deps),
  read(deps),
  revokeLinks(deps),
  ...orderCommandRoutes(deps),
  ...documentRoutes(deps, STAFF_ORDERS),
];

const list = ({ db, vault }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: PATH,
    summary: 'List orders, newest first',
    query: z.strictObject({
      ...pageQuery,
      state: z.enum(ORDER_STATES).optional(),
      number: orderNumberSchema.optional(),
      customerId: z.uuid().optional(),
      email: emailSchema.optional().meta({
        description: 'The complete e-mail address of the account, or the address that a guest entered.',
      }),
      ...dayQuery,
      placedFrom: z.iso.datetime().optional().meta({ description: 'Orders placed at this instant or later.' }),
      placedBefore: z.iso.datetime().optional().meta({ description: 'Orders placed before this instant.' }),
    }),
    answers: { 200: { description: 'A page of orders', schema: pageSchema(adminOrderHeadSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor, email, ...filter } }) {
      const emailIndex = email === undefined ? undefined : vault.indexOf(email);
      const list = { orders: filter, emailIndex };
      const before = readCursorId(list, cursor);
      const { customerId, number, state } = filter;
      const filters = { customerId, number, state, emailIndex, placed: placedRangeOf(filter) };
      const rows = await readOrders(db, { ...filters, before, limit: limit + 1 });
      return { status: 200, body: paginate(list, rows, limit) };
    },
  });

const read = ({ db, vault }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: `${PATH}/{id}`,
    summary: 'Retrieve an order with its lines, shipments, refunds, returns and history',
    params: z.object({ id: z.uuid() }),
    answers: { 200: { description: 'The order', schema: adminOrderSchema } },
    errors: ['ORDER_NOT_FOUND'],
    async handle({ params: { id } }) {
      const order = await readOrder({ query: db.query, vault }, { id });
      if (!order) throw refused('ORDER_NOT_FOUND', { orderId: id });
      return { status: 200, body: order, headers: { ETag: etag(order.version) } };
    },
  });

const revokeLinks = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: `${PATH}/{id}/revoke-links`,
    permission: 'orders:update',
    summary: 'Revoke the links to an order in e-mails that a guest has received',
    description:
      'Use it when a link was shared or an e-mail went to a wrong address. Later e-mails contain a new, valid link.',
    params: z.object({ id: z.uuid() }),
    answers: { 204: { description: 'The links are revoked' } },
    errors: ['ORDER_NOT_FOUND'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        if (!(await revokeOrderLinks(tx, id))) throw refused('ORDER_NOT_FOUND', { orderId: id });
        return { answer: noContent, target: { type: 'order', id }, before: null, after: null };
      };
      return withoutBody(adminEdit(deps, call, { action: 'order.revoke-links', scope: id, work }));
    },
  });
