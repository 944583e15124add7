import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { ORDER_STATES } from '../../../domain/states.ts';
import { revokeOrderLinks } from '../../../entities/order/guest-link.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { bare } from '../../auth/credentials/passwords.ts';
import type { ApiDeps } from '../../deps.ts';
import { emailSchema } from '../../fields/person-fields.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { STAFF_ORDERS } from '../../orders/access.ts';
import { documentRoutes } from '../../orders/document-routes.ts';
import { numberSchema, readOrders } from '../../orders/list.ts';
import { adminOrderHeadSchema, adminOrderSchema } from '../../orders/order-view.ts';
import { dayQuery, placedIn } from '../../orders/placed.ts';
import { readOrder } from '../../orders/reading.ts';
import { adminEdit, etag, noContent } from '../change.ts';
import { pageOf, pageQuery, startOf, toPage } from '../list-query.ts';
import { orderCommandRoutes } from './commands.ts';

const PATH = STAFF_ORDERS.path;
const common = { permission: 'orders:read', access: 'staff', tag: 'Orders' } as const;

/** The shop's orders, and what staff ask of them. */
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
    summary: 'Orders, newest first',
    query: z.strictObject({
      ...pageQuery,
      state: z.enum(ORDER_STATES).optional(),
      number: numberSchema.optional(),
      customerId: z.uuid().optional(),
      email: emailSchema.optional().meta({
        description: 'The whole address: of a customer who has an account, or the one that a guest gave.',
      }),
      ...dayQuery,
      placedFrom: z.iso.datetime().optional(),
      placedBefore: z.iso.datetime().optional(),
    }),
    answers: { 200: { description: 'One page', schema: pageOf(adminOrderHeadSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor, email, ...filter } }) {
      const emailIndex = email === undefined ? undefined : vault.indexOf(email);
      const list = { orders: filter, emailIndex };
      const before = startOf(list, cursor);
      const { customerId, number, state } = filter;
      const wanted = { customerId, number, state, emailIndex, placed: placedIn(filter) };
      const rows = await readOrders(db.search, { ...wanted, before, limit: limit + 1 });
      return { status: 200, body: toPage(list, rows, limit) };
    },
  });

const read = ({ db, vault }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: `${PATH}/{id}`,
    summary: 'An order with its lines, shipments, refunds, returns and history',
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
    summary: 'Revoke the links to an order in mails that were sent to its guest',
    description:
      'For a link that others have, or a mail that went to a wrong address. Later mails carry a link that works.',
    params: z.object({ id: z.uuid() }),
    answers: { 204: { description: 'The links no longer work' } },
    errors: ['ORDER_NOT_FOUND'],
    handle(call) {
      const { id } = call.params;
      const work = async (tx: Tx) => {
        if (!(await revokeOrderLinks(tx, id))) throw refused('ORDER_NOT_FOUND', { orderId: id });
        return { answer: noContent, target: { type: 'order', id }, before: null, after: null };
      };
      return bare(adminEdit(deps, call, { action: 'order.revoke-links', scope: id, work }));
    },
  });
