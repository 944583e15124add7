import { z } from 'zod';
import type { Permission } from '../../../domain/access/permissions.ts';
import { refused } from '../../../domain/errors.ts';
import type { OrderCommand } from '../../../domain/states.ts';
import { ORDER_COMMAND_INPUTS } from '../../../jobs/orders.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, type Fields, route } from '../../http/route.ts';
import { acceptCommand, commandAnswers, commandErrors, readCommand } from '../../orders/command.ts';

const PATH = '/api/v1/admin/orders';
const params = z.object({ id: z.uuid() });
const requiredReason = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .meta({ description: 'Stored in the order history. Do not include personal data.' });
const reason = requiredReason.optional();

/** One order command of staff, with its path, its body and the command that it starts. */
interface CommandSpec {
  path: string;
  summary: string;
  permission?: Permission;
  params?: Fields<{ id: string }>;
  body: z.core.$ZodType<{ reason?: string | undefined }>;
  kind: OrderCommand | ((body: object) => OrderCommand);
}

const shipmentParams = params.extend({ shipmentId: z.uuid() });
const refundParams = params.extend({ refundId: z.uuid() });
const returnParams = params.extend({ returnId: z.uuid() });
const transition = z.union([
  z.strictObject({ command: z.literal('PROCESS'), reason }),
  z.strictObject({ command: z.literal('CANCEL'), reason: requiredReason }),
]);
const WITH_DELIVERY = { required: ['delivery'], properties: { delivery: { const: true } } };
const WITHOUT_AMOUNT = { not: { required: ['amount'] } };
/** The OpenAPI form of the rule for refunds: `lines`, `delivery` or both, or else `amount` alone. */
const linesOrAmount = {
  anyOf: [
    { required: ['lines'], ...WITHOUT_AMOUNT },
    { ...WITH_DELIVERY, ...WITHOUT_AMOUNT },
    { required: ['amount'], not: { anyOf: [{ required: ['lines'] }, WITH_DELIVERY] } },
  ],
};

const COMMANDS: readonly CommandSpec[] = [
  {
    path: 'transitions',
    summary: 'Start packing an order, or cancel the whole order',
    body: transition,
    kind: (body) => ('command' in body && body.command === 'CANCEL' ? 'CANCEL' : 'PROCESS'),
  },
  {
    path: 'cancellations',
    summary: 'Cancel unshipped units of an order: release their stock and refund them',
    body: ORDER_COMMAND_INPUTS.CANCEL_UNITS.safeExtend({ reason: requiredReason }),
    kind: 'CANCEL_UNITS',
  },
  {
    path: 'shipments',
    summary: 'Ship some or all unshipped units of an order',
    body: ORDER_COMMAND_INPUTS.SHIP.safeExtend({ reason }),
    kind: 'SHIP',
  },
  {
    path: 'shipments/{shipmentId}/delivery',
    summary: 'Mark a shipment as delivered',
    params: shipmentParams,
    body: z.strictObject({ reason }),
    kind: 'DELIVER',
  },
  {
    path: 'refunds',
    summary: 'Refund shipped units, the delivery charge or an amount without a return',
    permission: 'orders:refund',
    body: ORDER_COMMAND_INPUTS.REFUND.safeExtend({ reason: requiredReason }).meta({ override: linesOrAmount }),
    kind: 'REFUND',
  },
  {
    path: 'credit-notes',
    summary: 'Issue a credit note by value for a refund made outside the payment provider',
    permission: 'orders:refund',
    body: ORDER_COMMAND_INPUTS.RECORD_REFUND.extend({ reason: requiredReason }),
    kind: 'RECORD_REFUND',
  },
  {
    path: 'refunds/{refundId}/retry',
    summary: 'Retry a failed refund',
    permission: 'orders:refund',
    params: refundParams,
    body: z.strictObject({ reason }),
    kind: 'RETRY_REFUND',
  },
  {
    path: 'returns',
    summary: 'Request a return on behalf of the customer',
    body: ORDER_COMMAND_INPUTS.REQUEST_RETURN,
    kind: 'REQUEST_RETURN',
  },
  {
    path: 'returns/{returnId}/approve',
    summary: 'Approve a return',
    params: returnParams,
    body: z.strictObject({ reason }),
    kind: 'APPROVE_RETURN',
  },
  {
    path: 'returns/{returnId}/reject',
    summary: 'Reject a return',
    params: returnParams,
    body: z.strictObject({ reason: requiredReason }),
    kind: 'REJECT_RETURN',
  },
  {
    path: 'returns/{returnId}/receive',
    summary: 'Receive a return: refund the units and restock those that can be sold',
    permission: 'orders:refund',
    params: returnParams,
    body: ORDER_COMMAND_INPUTS.RECEIVE_RETURN.omit({ returnId: true }).extend({ reason }),
    kind: 'RECEIVE_RETURN',
  },
];

/** Order commands of staff: the API stores them, and the workers execute them. */
export const orderCommandRoutes = (deps: ApiDeps): AnyRoute[] => [
  ...COMMANDS.map((spec) => commandRoute(deps, spec)),
  readCommandRoute(deps),
];

const commandRoute = (deps: ApiDeps, spec: CommandSpec) =>
  route({
    method: 'post',
    path: `${PATH}/{id}/${spec.path}`,
    permission: spec.permission ?? 'orders:update',
    access: 'staff',
    tag: 'Orders',
    summary: spec.summary,
    params: spec.params ?? params,
    body: spec.body,
    answers: commandAnswers,
    errors: commandErrors,
    idempotent: true,
    waits: true,
    handle(call) {
      const { id: orderId, ...ids } = call.params;
      const { reason: givenReason = null, ...body } = call.body;
      const kind = typeof spec.kind === 'string' ? spec.kind : spec.kind(body);
      const work = kind === 'PROCESS' || kind === 'CANCEL' ? {} : { ...body, ...ids };
      // The reason of a return is one of a fixed list and part of the command.
      if (kind === 'REQUEST_RETURN') Object.assign(work, { reason: givenReason });
      return acceptCommand(deps, call, { orderId, kind, work, reason: givenReason, customerId: null, path: PATH });
    },
  });

const readCommandRoute = ({ db }: ApiDeps) =>
  route({
    method: 'get',
    path: `${PATH}/{id}/commands/{commandId}`,
    permission: 'orders:read',
    access: 'staff',
    tag: 'Orders',
    summary: 'Retrieve the outcome of an order command',
    params: params.extend({ commandId: z.uuid() }),
    answers: { 200: commandAnswers[200] },
    errors: ['ORDER_COMMAND_NOT_FOUND'],
    async handle({ params: { id: orderId, commandId } }) {
      const reading = await readCommand(db.query, { id: commandId, orderId, customerId: null });
      if (!reading) throw refused('ORDER_COMMAND_NOT_FOUND', { commandId });
      return { status: 200, body: reading.view };
    },
  });
