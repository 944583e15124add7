import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import type { OrderCommand } from '../../domain/states.ts';
import { ORDER_WORK } from '../../jobs/orders.ts';
import { pageOf, pageQuery, startOf, toPage } from '../admin/page.ts';
import { ownSession } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import { acceptCommand, commandAnswers, commandErrors, readCommand } from '../orders/command.ts';
import { documentRoutes } from '../orders/document-routes.ts';
import { readOrders } from '../orders/list.ts';
import { readOrder } from '../orders/reading.ts';
import { type AnyRoute, type Call, route } from '../route.ts';
import { orderHeadSchema, orderSchema } from '../views/order.ts';

const PATH = '/api/v1/store/account/orders';
const params = z.object({ id: z.uuid() });
const mine = { access: 'customer', tag: 'Orders' } as const;

/** What customers may ask of their orders by themselves. */
const THEIRS: readonly OrderCommand[] = ['CANCEL_BY_CUSTOMER', 'REQUEST_RETURN', 'WITHDRAW_RETURN'];

/** The caller's own orders. */
export const ownOrderRoutes = (deps: ApiDeps): AnyRoute[] => [
  list(deps),
  read(deps),
  cancel(deps),
  requestReturn(deps),
  withdrawReturn(deps),
  lookAtCommand(deps),
  ...documentRoutes(deps, { path: PATH, access: 'customer' }),
];

const list = ({ db }: ApiDeps) =>
  route({
    ...mine,
    method: 'get',
    path: PATH,
    permission: 'orders:read',
    summary: 'Your orders, newest first',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page', schema: pageOf(orderHeadSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ principal, query: { limit, cursor } }) {
      const { accountId: customerId } = ownSession(principal);
      const list = { ownOrders: customerId };
      const before = startOf(list, cursor);
      const rows = await readOrders(db.search, { customerId, before, limit: limit + 1 });
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

const read = ({ db, vault }: ApiDeps) =>
  route({
    ...mine,
    method: 'get',
    path: `${PATH}/{id}`,
    permission: 'orders:read',
    summary: 'One of your orders',
    params,
    answers: { 200: { description: 'The order', schema: orderSchema } },
    errors: ['ORDER_NOT_FOUND'],
    async handle({ principal, params: { id } }) {
      const { accountId: customerId } = ownSession(principal);
      const order = await readOrder({ query: db.query, vault }, { id, customerId });
      if (!order) throw refused('ORDER_NOT_FOUND', { orderId: id });
      const { customerId: _, email: __, history, allowed, ...rest } = order;
      const steps = history.map(({ from, to, event, at }) => ({ from, to, event, at }));
      return { status: 200, body: { ...rest, history: steps, allowed: allowed.filter((one) => THEIRS.includes(one)) } };
    },
  });

const command = { ...mine, method: 'post', permission: 'orders:create', answers: commandAnswers } as const;

const ask = (
  deps: ApiDeps,
  call: Call<{ id: string }, unknown, unknown>,
  { kind, work }: { kind: OrderCommand; work: object },
) => {
  const { accountId: customerId } = ownSession(call.principal);
  return acceptCommand(deps, call, { orderId: call.params.id, kind, work, reason: null, customerId, path: PATH });
};

const cancel = (deps: ApiDeps) =>
  route({
    ...command,
    path: `${PATH}/{id}/cancel`,
    summary: 'Cancel an order that nobody has begun to pack',
    params,
    body: z.strictObject({}).default({}),
    errors: commandErrors,
    idempotent: true,
    waits: true,
    handle: (call) => ask(deps, call, { kind: 'CANCEL_BY_CUSTOMER', work: {} }),
  });

const requestReturn = (deps: ApiDeps) =>
  route({
    ...command,
    path: `${PATH}/{id}/returns`,
    summary: 'Ask to send goods back',
    params,
    body: ORDER_WORK.REQUEST_RETURN,
    errors: commandErrors,
    idempotent: true,
    waits: true,
    handle: (call) => ask(deps, call, { kind: 'REQUEST_RETURN', work: call.body }),
  });

const withdrawReturn = (deps: ApiDeps) =>
  route({
    ...command,
    path: `${PATH}/{id}/returns/{returnId}/withdraw`,
    summary: 'Keep the goods after all',
    params: params.extend({ returnId: z.uuid() }),
    body: z.strictObject({}).default({}),
    errors: commandErrors,
    idempotent: true,
    waits: true,
    handle: (call) => ask(deps, call, { kind: 'WITHDRAW_RETURN', work: { returnId: call.params.returnId } }),
  });

const lookAtCommand = ({ db }: ApiDeps) =>
  route({
    ...mine,
    method: 'get',
    path: `${PATH}/{id}/commands/{commandId}`,
    permission: 'orders:read',
    summary: 'What became of what you asked',
    params: params.extend({ commandId: z.uuid() }),
    answers: { 200: commandAnswers[200] },
    errors: ['ORDER_COMMAND_NOT_FOUND'],
    async handle({ principal, params: { id: orderId, commandId } }) {
      const { accountId: customerId } = ownSession(principal);
      const reading = await readCommand(db.query, { id: commandId, orderId, customerId });
      if (!reading) throw refused('ORDER_COMMAND_NOT_FOUND', { commandId });
      return { status: 200, body: reading.view };
    },
  });
