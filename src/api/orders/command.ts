import { z } from 'zod';
import { type ErrorCode, refused } from '../../domain/errors.ts';
import { COMMAND_STATES, ORDER_COMMANDS, type OrderCommand } from '../../domain/states.ts';
import { audit } from '../../entities/access/audit.ts';
import { appendOrderCommand } from '../../entities/order/command.ts';
import type { Query } from '../../infra/database/query.ts';
import { carryOutCommand } from '../../jobs/orders.ts';
import { actorOf } from '../admin/change.ts';
import type { ApiDeps } from '../deps.ts';
import type { Answer, Call } from '../http/route.ts';
import { accept } from '../writes/accept.ts';

const commandSchema = z
  .object({
    id: z.uuid(),
    orderId: z.uuid(),
    command: z.enum(ORDER_COMMANDS),
    state: z.enum(COMMAND_STATES),
    reason: z.string().nullable(),
    error: z
      .object({ code: z.string(), details: z.record(z.string(), z.unknown()) })
      .nullable()
      .meta({
        description:
          'Why the command was refused. For `ORDER_STATE_CONFLICT`, `details.allowed` lists the allowed commands.',
      }),
    result: z
      .object({ shipmentId: z.uuid().optional(), refundId: z.uuid().optional(), returnId: z.uuid().optional() })
      .nullable()
      .meta({
        description: 'Shipment, refund or return that the command created or changed; null when there is none.',
      }),
    createdAt: z.iso.datetime(),
    decidedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'OrderCommand' });

/** The responses of every order command. */
export const commandAnswers = {
  200: {
    description: 'The executed command. A command refused while the client waits returns an error instead',
    schema: commandSchema,
  },
  202: { description: 'The accepted command; its execution is pending', schema: commandSchema },
};

/** The errors of an order command, immediately or while the client waits. */
export const commandErrors: ErrorCode[] = [
  'ORDER_NOT_FOUND',
  'ORDER_STATE_CONFLICT',
  'UNITS_UNAVAILABLE',
  'SHIPMENT_NOT_FOUND',
  'SHIPMENT_DELIVERED',
  'RETURN_NOT_FOUND',
  'RETURN_STATE_CONFLICT',
  'REFUND_EXCEEDS_PAYMENT',
  'NOTHING_TO_REFUND',
  'DELIVERY_REFUNDED',
  'REFUND_NOT_FAILED',
];

type CommandRow = Omit<z.infer<typeof commandSchema>, 'createdAt' | 'decidedAt'> & {
  createdAt: Date;
  decidedAt: Date | null;
};

/** Reads a command, and whether it is pending. `customerId` limits the search to orders of that customer. */
export async function readCommand(
  query: Query,
  { id, orderId, customerId }: { id: string; orderId: string; customerId: string | null },
) {
  const [row] = await query<CommandRow>(
    `select m.id, m.order_id as "orderId", m.kind as command, m.state, m.reason, m.error, m.result, m.created_at as "createdAt",
        m.decided_at as "decidedAt"
      from order_commands m join orders o on o.id = m.order_id
      where m.id = $1 and m.order_id = $2 and ($3::uuid is null or o.customer_id = $3)`,
    [id, orderId, customerId],
  );
  return row && { view: row, busy: row.state === 'pending' };
}

export interface OrderCommandRequest {
  orderId: string;
  kind: OrderCommand;
  work: object;
  reason: string | null;
  /** The customer who must own the order; null: any order, see `OrderAccess`. */
  customerId: string | null;
  /** Path of the caller's order routes. */
  path: string;
}

/**
 * Accepts a command for an order. The worker decides whether the state of the order allows the command.
 * @throws ORDER_NOT_FOUND; while the client waits also the code of the refusal, with `commandId` in the details
 */
export const acceptCommand = (
  deps: ApiDeps,
  call: Call<unknown, unknown, unknown>,
  request: OrderCommandRequest,
): Promise<Answer> => {
  const { orderId, kind, work, reason, customerId, path } = request;
  const actor = actorOf(call.principal);
  const isGuest = call.principal.kind === 'guest';
  return accept(deps, call, {
    name: 'order.ask',
    scope: `${orderId} ${kind}`,
    async work(tx) {
      const found = await tx.query(`select 1 from orders where id = $1 and ($2::uuid is null or customer_id = $2)`, [
        orderId,
        customerId,
      ]);
      if (found.length === 0) throw refused('ORDER_NOT_FOUND', { orderId });
      const id = appendOrderCommand(tx, {
        orderId,
        kind,
        work,
        actor: isGuest ? 'guest' : `${actor.kind}:${actor.id}`,
        reason,
      });
      if (actor.kind === 'staff' || actor.kind === 'key') {
        const action = `order.${kind.toLowerCase().replaceAll('_', '-')}`;
        const target = { type: 'order', id: orderId };
        audit(tx, {
          actor,
          action,
          target,
          before: null,
          after: { commandId: id, ...work },
          requestId: call.requestId,
        });
      }
      const view = { id, orderId, command: kind, state: 'pending', reason, error: null, result: null };
      const body = { ...view, createdAt: tx.now.toISOString(), decidedAt: null };
      const command = { contract: carryOutCommand, payload: { commandId: id } };
      return { id, location: `${path}/${orderId}/commands/${id}`, body, command };
    },
    async read(id) {
      const reading = await readCommand(deps.db.query, { id, orderId, customerId });
      const error = reading?.view.error;
      if (error) throw refused(error.code as ErrorCode, { ...error.details, commandId: id });
      return reading;
    },
  });
};
