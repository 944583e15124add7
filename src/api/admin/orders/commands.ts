import { z } from 'zod';
import type { Permission } from '../../../domain/access/permissions.ts';
import { refused } from '../../../domain/errors.ts';
import type { OrderCommand } from '../../../domain/states.ts';
import { ORDER_WORK } from '../../../jobs/orders.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, type Fields, route } from '../../http/route.ts';
import { acceptCommand, commandAnswers, commandErrors, readCommand } from '../../orders/command.ts';

const PATH = '/api/v1/admin/orders';
const params = z.object({ id: z.uuid() });
const said = z.string().trim().min(1).max(500).meta({ description: 'Kept with the history. Nothing personal.' });
const reason = said.optional();

/** A wish of staff: where it is posted, what it takes, and which command it is. */
interface SignInRealm {
  path: string;
  summary: string;
  permission?: Permission;
  params?: Fields<{ id: string }>;
  body: z.core.$ZodType<{ reason?: string | undefined }>;
  kind: OrderCommand | ((body: object) => OrderCommand);
}

const ofShipment = params.extend({ shipmentId: z.uuid() });
const ofRefund = params.extend({ refundId: z.uuid() });
const ofReturn = params.extend({ returnId: z.uuid() });
const transition = z.union([
  z.strictObject({ command: z.literal('PROCESS'), reason }),
  z.strictObject({ command: z.literal('CANCEL'), reason: said }),
]);
const DELIVERED = { required: ['delivery'], properties: { delivery: { const: true } } };
const WITHOUT_AMOUNT = { not: { required: ['amount'] } };
/** Requires lines or delivery of a refund, or both, or else an amount, in terms of OpenAPI. */
const linesOrAmount = {
  anyOf: [
    { required: ['lines'], ...WITHOUT_AMOUNT },
    { ...DELIVERED, ...WITHOUT_AMOUNT },
    { required: ['amount'], not: { anyOf: [{ required: ['lines'] }, DELIVERED] } },
  ],
};

const DOORS: readonly SignInRealm[] = [
  {
    path: 'transitions',
    summary: 'Begin to pack the order, or cancel all of it',
    body: transition,
    kind: (body) => ('command' in body && body.command === 'CANCEL' ? 'CANCEL' : 'PROCESS'),
  },
  {
    path: 'cancellations',
    summary: 'Cancel units that were not sent: they go back on sale, their money goes back',
    body: ORDER_WORK.CANCEL_UNITS.safeExtend({ reason: said }),
    kind: 'CANCEL_UNITS',
  },
  {
    path: 'shipments',
    summary: 'Send all that is left, or some of it',
    body: ORDER_WORK.SHIP.safeExtend({ reason }),
    kind: 'SHIP',
  },
  {
    path: 'shipments/{shipmentId}/delivery',
    summary: 'Say that a shipment has arrived',
    params: ofShipment,
    body: z.strictObject({ reason }),
    kind: 'DELIVER',
  },
  {
    path: 'refunds',
    summary: 'Refund units that were sent, the delivery, or an amount, without anything coming back',
    permission: 'orders:refund',
    body: ORDER_WORK.REFUND.safeExtend({ reason: said }).meta({ override: linesOrAmount }),
    kind: 'REFUND',
  },
  {
    path: 'credit-notes',
    summary: 'Issue a credit note by value for money that was given back outside the payment provider',
    permission: 'orders:refund',
    body: ORDER_WORK.RECORD_REFUND.extend({ reason: said }),
    kind: 'RECORD_REFUND',
  },
  {
    path: 'refunds/{refundId}/retry',
    summary: 'Try a refund again that has failed',
    permission: 'orders:refund',
    params: ofRefund,
    body: z.strictObject({ reason }),
    kind: 'RETRY_REFUND',
  },
  {
    path: 'returns',
    summary: 'Ask for a return in the name of the customer',
    body: ORDER_WORK.REQUEST_RETURN,
    kind: 'REQUEST_RETURN',
  },
  {
    path: 'returns/{returnId}/approve',
    summary: 'Agree to a return: the goods may come back',
    params: ofReturn,
    body: z.strictObject({ reason }),
    kind: 'APPROVE_RETURN',
  },
  {
    path: 'returns/{returnId}/reject',
    summary: 'Do not agree to a return',
    params: ofReturn,
    body: z.strictObject({ reason: said }),
    kind: 'REJECT_RETURN',
  },
  {
    path: 'returns/{returnId}/receive',
    summary: 'The goods are back: refund them, and put on sale again what can be sold',
    permission: 'orders:refund',
    params: ofReturn,
    body: ORDER_WORK.RECEIVE_RETURN.omit({ returnId: true }).extend({ reason }),
    kind: 'RECEIVE_RETURN',
  },
];

/** The commands of staff about orders: the API accepts them, the workers carry them out. */
export const orderCommandRoutes = (deps: ApiDeps): AnyRoute[] => [
  ...DOORS.map((realm) => doorRoute(deps, realm)),
  lookAtCommand(deps),
];

const doorRoute = (deps: ApiDeps, realm: SignInRealm) =>
  route({
    method: 'post',
    path: `${PATH}/{id}/${realm.path}`,
    permission: realm.permission ?? 'orders:update',
    access: 'staff',
    tag: 'Orders',
    summary: realm.summary,
    params: realm.params ?? params,
    body: realm.body,
    answers: commandAnswers,
    errors: commandErrors,
    idempotent: true,
    waits: true,
    handle(call) {
      const { id: orderId, ...ids } = call.params;
      const { reason: said = null, ...body } = call.body;
      const kind = typeof realm.kind === 'string' ? realm.kind : realm.kind(body);
      const work = kind === 'PROCESS' || kind === 'CANCEL' ? {} : { ...body, ...ids };
      // Of a return the reason is one of a list, and part of the work.
      if (kind === 'REQUEST_RETURN') Object.assign(work, { reason: said });
      return acceptCommand(deps, call, { orderId, kind, work, reason: said, customerId: null, path: PATH });
    },
  });

const lookAtCommand = ({ db }: ApiDeps) =>
  route({
    method: 'get',
    path: `${PATH}/{id}/commands/{commandId}`,
    permission: 'orders:read',
    access: 'staff',
    tag: 'Orders',
    summary: 'What became of a command',
    params: params.extend({ commandId: z.uuid() }),
    answers: { 200: commandAnswers[200] },
    errors: ['ORDER_COMMAND_NOT_FOUND'],
    async handle({ params: { id: orderId, commandId } }) {
      const reading = await readCommand(db.query, { id: commandId, orderId, customerId: null });
      if (!reading) throw refused('ORDER_COMMAND_NOT_FOUND', { commandId });
      return { status: 200, body: reading.view };
    },
  });
