import type { EventType } from '../../domain/events.ts';
import type { OrderState } from '../../domain/states.ts';
import type { CommandResult } from '../../entities/order/command.ts';
import { Order } from '../../entities/order/order.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { observe } from '../../infra/observability/log.ts';
import {
  allowedCommands,
  decideOrder,
  type OrderEvent,
  orderFromStored,
  orderToStored,
  refundableAmount,
  type StoredOrder,
} from '../../machines/order.ts';
import type { WorkerDeps } from '../deps.ts';
import { announce } from '../notifications/announce.ts';
import { cancelRest } from './cancel.ts';
import type { Prepared } from './parsed-command.ts';

/** An order command, or a payment event of the provider. */
export interface OrderEventRequest {
  order: Order;
  event: OrderEvent;
  actor: string;
  reason: string | null;
  /** The id of the command, or of the provider event, that caused the step. */
  cause: string;
  /** The id of the command, if one caused the step. */
  commandId?: string;
  /** Executes the machine's action for this event on the database. */
  perform?: Prepared['perform'] | undefined;
}

/** Loads an order under its lock, after the lock of its checkout (`LOCK_ORDER`). */
export async function lockOrder(tx: Tx, orderId: string): Promise<Order | null> {
  await tx.query(`select 1 from checkouts where order_id = $1 for update`, [orderId]);
  return tx.lock(Order, { id: orderId });
}

/** The webhook event for each new state of an order. */
const STATE_EVENTS: Partial<Record<OrderState, EventType>> = {
  PROCESSING: 'order.processing',
  SHIPPED: 'order.shipped',
  DELIVERED: 'order.delivered',
  CANCELLED: 'order.cancelled',
  REFUNDED: 'order.refunded',
};

/** Paise that may still be refunded after `event`. */
function refundableAfter(context: StoredOrder['context'], event: OrderEvent): number {
  const returning = event.type === 'MONEY_RETURNED' ? event.amount + (event.underWay ?? 0) : 0;
  return refundableAmount({ context: { ...context, returned: context.returned + returning } });
}

/**
 * The only way to change an order's state: sends the event to the machine and executes the actions, in the transaction
 * that holds the order's lock.
 * @returns the created resources; undefined when the event is not allowed and changes nothing
 */
export async function advanceOrder(
  deps: WorkerDeps,
  tx: Tx,
  step: OrderEventRequest,
): Promise<CommandResult | undefined> {
  const { order, event, actor, reason, cause, commandId } = step;
  const before = orderFromStored(order.machine as StoredOrder);
  const { next, accepted, actions } = decideOrder(before, event);
  if (!accepted) return undefined;
  const left = refundableAfter(before.context, event);
  const result: CommandResult = {};
  for (const action of actions) {
    const made =
      action === 'cancelRest' ? await cancelRest(deps, tx, { order, left, reason, commandId }) : await step.perform?.();
    Object.assign(result, made);
  }
  const { type, ...data } = event;
  const from = order.state;
  const machine = orderToStored(next);
  const entry = { actor, reason, cause, event: type, data: Object.keys(data).length > 0 ? data : null };
  order.applyTransition(tx, { ...entry, state: machine.value, machine, allowed: allowedCommands(next) });
  const eventType = order.state === from ? undefined : STATE_EVENTS[order.state];
  if (eventType) await announce(deps, tx, { type: eventType, data: { orderId: order.id, from, to: order.state } });
  tx.afterCommit(() =>
    observe('order.advanced', { orderId: order.id, from, to: order.state, event: type, total: order.total }),
  );
  return result;
}
