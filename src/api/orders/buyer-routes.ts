import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { ORDER_CLAIMED, type OrderCommand } from '../../domain/states.ts';
import { ORDER_COMMAND_INPUTS } from '../../jobs/orders.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, route } from '../http/route.ts';
import type { OrderAccess, OrderCall } from './access.ts';
import { acceptCommand, commandAnswers, commandErrors, readCommand } from './command.ts';
import { documentRoutes } from './document-routes.ts';
import { type AdminOrder, orderSchema, shipmentSchema } from './order-view.ts';
import { readOrder } from './read-order.ts';

const params = z.object({ id: z.uuid() });

/** The order commands that buyers may send. */
const BUYER_COMMANDS: readonly OrderCommand[] = ['CANCEL_BY_CUSTOMER', 'REQUEST_RETURN', 'WITHDRAW_RETURN'];

/** The routes of a single order, for customers and for guests. */
export const buyerRoutes = (deps: ApiDeps, at: OrderAccess): AnyRoute[] => [
  read(deps, at),
  shipments(deps, at),
  cancel(deps, at),
  requestReturn(deps, at),
  withdrawReturn(deps, at),
  readCommandRoute(deps, at),
  ...documentRoutes(deps, at),
];

const readFacts = ({ access, query }: OrderAccess) =>
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
    ...readFacts(at),
    path: `${at.path}/{id}`,
    summary: 'Retrieve one of your orders',
    params,
    answers: { 200: { description: 'The order', schema: orderSchema } },
    errors: ['ORDER_NOT_FOUND'],
    async handle(call) {
      const { customerId: _, email: __, history, allowed, ...rest } = await findOrder(deps, at, call);
      // A guest can enter any e-mail address: the response must not reveal whether an account has verified it.
      const visible = at.access === 'order' ? history.filter(({ event }) => event !== ORDER_CLAIMED) : history;
      const steps = visible.map(({ from, to, event, at: instant }) => ({ from, to, event, at: instant }));
      return {
        status: 200,
        body: { ...rest, history: steps, allowed: allowed.filter((one) => BUYER_COMMANDS.includes(one)) },
      };
    },
  });

const shipments = (deps: ApiDeps, at: OrderAccess) =>
  route({
    ...readFacts(at),
    path: `${at.path}/{id}/shipments`,
    summary: 'List the shipments of an order, oldest first',
    params,
    answers: {
      200: {
        description: 'All shipments of the order',
        schema: z.object({ data: z.array(shipmentSchema), nextCursor: z.null() }),
      },
    },
    errors: ['ORDER_NOT_FOUND'],
    async handle(call) {
      const { shipments: data } = await findOrder(deps, at, call);
      return { status: 200, body: { data, nextCursor: null } };
    },
  });

const commandFacts = ({ access, query }: OrderAccess) =>
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
async function requestCommand(
  deps: ApiDeps,
  { call, at }: { call: OrderCall; at: OrderAccess },
  { kind, work }: { kind: OrderCommand; work: object },
) {
  const request = { orderId: call.params.id, kind, work, reason: null, path: at.path };
  return acceptCommand(deps, call, { ...request, customerId: await at.ownerOf(call) });
}

const cancel = (deps: ApiDeps, at: OrderAccess) =>
  route({
    ...commandFacts(at),
    path: `${at.path}/{id}/cancel`,
    summary: 'Cancel an order before packing starts',
    params,
    body: z.strictObject({}).default({}),
    handle: (call) => requestCommand(deps, { call, at }, { kind: 'CANCEL_BY_CUSTOMER', work: {} }),
  });

const requestReturn = (deps: ApiDeps, at: OrderAccess) =>
  route({
    ...commandFacts(at),
    path: `${at.path}/{id}/returns`,
    summary: 'Request a return of units of an order',
    params,
    body: ORDER_COMMAND_INPUTS.REQUEST_RETURN,
    handle: (call) => requestCommand(deps, { call, at }, { kind: 'REQUEST_RETURN', work: call.body }),
  });

const withdrawReturn = (deps: ApiDeps, at: OrderAccess) =>
  route({
    ...commandFacts(at),
    path: `${at.path}/{id}/returns/{returnId}/withdraw`,
    summary: 'Withdraw a return request',
    params: params.extend({ returnId: z.uuid() }),
    body: z.strictObject({}).default({}),
    handle: (call) =>
      requestCommand(deps, { call, at }, { kind: 'WITHDRAW_RETURN', work: { returnId: call.params.returnId } }),
  });

const readCommandRoute = ({ db }: ApiDeps, at: OrderAccess) =>
  route({
    ...readFacts(at),
    path: `${at.path}/{id}/commands/{commandId}`,
    summary: 'Retrieve a command of an order',
    params: params.extend({ commandId: z.uuid() }),
    answers: { 200: commandAnswers[200] },
    errors: ['ORDER_COMMAND_NOT_FOUND'],
    async handle(call) {
      const { id: orderId, commandId } = call.params;
      const reading = await readCommand(db.query, { id: commandId, orderId, customerId: await at.ownerOf(call) });
      if (!reading) throw refused('ORDER_COMMAND_NOT_FOUND', { commandId });
      return { status: 200, body: reading.view };
    },
  });
