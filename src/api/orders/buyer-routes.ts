import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import type { OrderCommand } from '../../domain/states.ts';
import { CLAIMED } from '../../entities/order/guest-order-claim.ts';
import { ORDER_WORK } from '../../jobs/orders.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, route } from '../http/route.ts';
import type { OrderAccess, OrderCall } from './access.ts';
import { acceptCommand, commandAnswers, commandErrors, readCommand } from './command.ts';
import { documentRoutes } from './document-routes.ts';
import { type AdminOrder, orderSchema, shipmentSchema } from './order-view.ts';
import { readOrder } from './reading.ts';

const params = z.object({ id: z.uuid() });

/** What buyers may ask of their orders by themselves. */
const THEIRS: readonly OrderCommand[] = ['CANCEL_BY_CUSTOMER', 'REQUEST_RETURN', 'WITHDRAW_RETURN'];

/** The routes of a single order, the same for customers and for guests. */
export const buyerRoutes = (deps: ApiDeps, at: OrderAccess): AnyRoute[] => [
  read(deps, at),
  shipments(deps, at),
  cancel(deps, at),
  requestReturn(deps, at),
  withdrawReturn(deps, at),
  lookAtCommand(deps, at),
  ...documentRoutes(deps, at),
];

const reading = ({ access, query }: OrderAccess) =>
  ({ method: 'get', access, query, permission: 'orders:read', tag: 'Orders' }) as const;

/** @throws ORDER_NOT_FOUND, ORDER_TOKEN_REQUIRED */
async function findOrder({ db, vault }: ApiDeps, at: OrderAccess, call: OrderCall): Promise<AdminOrder> {
  const { id } = call.params;
  const order = await readOrder({ query: db.query, vault }, { id, customerId: await at.ownerOf(call) });
  if (!order) throw refused('ORDER_NOT_FOUND', { orderId: id });
  return order;
}

const read = (deps: ApiDeps, at: OrderAccess) =>
  route({
    ...reading(at),
    path: `${at.path}/{id}`,
    summary: 'One of your orders',
    params,
    answers: { 200: { description: 'The order', schema: orderSchema } },
    errors: ['ORDER_NOT_FOUND'],
    async handle(call) {
      const { customerId: _, email: __, history, allowed, ...rest } = await findOrder(deps, at, call);
      // Anybody can type an address into a guest's order: the answer must not tell whether an account has verified it.
      const theirs = at.access === 'order' ? history.filter(({ event }) => event !== CLAIMED) : history;
      const steps = theirs.map(({ from, to, event, at: when }) => ({ from, to, event, at: when }));
      return { status: 200, body: { ...rest, history: steps, allowed: allowed.filter((one) => THEIRS.includes(one)) } };
    },
  });

const shipments = (deps: ApiDeps, at: OrderAccess) =>
  route({
    ...reading(at),
    path: `${at.path}/{id}/shipments`,
    summary: 'The shipments of an order, oldest first',
    params,
    answers: {
      200: { description: 'All of them', schema: z.object({ data: z.array(shipmentSchema), nextCursor: z.null() }) },
    },
    errors: ['ORDER_NOT_FOUND'],
    async handle(call) {
      const { shipments: data } = await findOrder(deps, at, call);
      return { status: 200, body: { data, nextCursor: null } };
    },
  });

const command = ({ access, query }: OrderAccess) =>
  ({
    method: 'post',
    access,
    query,
    permission: 'orders:create',
    tag: 'Orders',
    answers: commandAnswers,
    errors: commandErrors,
    idempotent: true,
    waits: true,
  }) as const;

/** @throws ORDER_NOT_FOUND, ORDER_TOKEN_REQUIRED */
async function ask(
  deps: ApiDeps,
  { call, at }: { call: OrderCall; at: OrderAccess },
  { kind, work }: { kind: OrderCommand; work: object },
) {
  const wish = { orderId: call.params.id, kind, work, reason: null, path: at.path };
  return acceptCommand(deps, call, { ...wish, customerId: await at.ownerOf(call) });
}

const cancel = (deps: ApiDeps, at: OrderAccess) =>
  route({
    ...command(at),
    path: `${at.path}/{id}/cancel`,
    summary: 'Cancel an order that nobody has begun to pack',
    params,
    body: z.strictObject({}).default({}),
    handle: (call) => ask(deps, { call, at }, { kind: 'CANCEL_BY_CUSTOMER', work: {} }),
  });

const requestReturn = (deps: ApiDeps, at: OrderAccess) =>
  route({
    ...command(at),
    path: `${at.path}/{id}/returns`,
    summary: 'Ask to send goods back',
    params,
    body: ORDER_WORK.REQUEST_RETURN,
    handle: (call) => ask(deps, { call, at }, { kind: 'REQUEST_RETURN', work: call.body }),
  });

const withdrawReturn = (deps: ApiDeps, at: OrderAccess) =>
  route({
    ...command(at),
    path: `${at.path}/{id}/returns/{returnId}/withdraw`,
    summary: 'Keep the goods after all',
    params: params.extend({ returnId: z.uuid() }),
    body: z.strictObject({}).default({}),
    handle: (call) => ask(deps, { call, at }, { kind: 'WITHDRAW_RETURN', work: { returnId: call.params.returnId } }),
  });

const lookAtCommand = ({ db }: ApiDeps, at: OrderAccess) =>
  route({
    ...reading(at),
    path: `${at.path}/{id}/commands/{commandId}`,
    summary: 'What became of what you asked',
    params: params.extend({ commandId: z.uuid() }),
    answers: { 200: commandAnswers[200] },
    errors: ['ORDER_COMMAND_NOT_FOUND'],
    async handle(call) {
      const { id: orderId, commandId } = call.params;
      const found = await readCommand(db.query, { id: commandId, orderId, customerId: await at.ownerOf(call) });
      if (!found) throw refused('ORDER_COMMAND_NOT_FOUND', { commandId });
      return { status: 200, body: found.view };
    },
  });
