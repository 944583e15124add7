import type { EventType } from '../../domain/events.ts';
import type { OrderState } from '../../domain/states.ts';
import type { CommandResult } from '../../entities/order/command.ts';
import { Order } from '../../entities/order/order.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { observe } from '../../infra/observability/log.ts';
import {
  allowedIn,
  decideOrder,
  leftToAsk,
  type OrderEvent,
  restoreOrder,
  type StoredOrder,
  storeOrder,
} from '../../machines/order.ts';
import type { WorkerDeps } from '../deps.ts';
import { announce } from '../notifications/announce.ts';
import { cancelRest } from './cancel.ts';
import type { Prepared } from './prepared.ts';

/** Somebody's wish for an order, or news about its money. */
export interface OrderStep {
  order: Order;
  event: OrderEvent;
  actor: string;
  reason: string | null;
  /** What asked for it: the id of a command, or of an event of the provider. */
  cause: string;
  /** What the machine's own action for this event means in rows. */
  perform?: Prepared['perform'] | undefined;
}

/**
 * Loads an order under its lock. Locks are taken in this order everywhere: the checkout, its order, the counters of
 * discounts, the levels of stock.
 */
export async function lockOrder(tx: Tx, orderId: string): Promise<Order | null> {
  await tx.query(`select 1 from checkouts where order_id = $1 for update`, [orderId]);
  return tx.lock(Order, { id: orderId });
}

/** What subscribers hear of a state that an order gets to. */
const EVENTS: Partial<Record<OrderState, EventType>> = {
  PROCESSING: 'order.processing',
  SHIPPED: 'order.shipped',
  DELIVERED: 'order.delivered',
  CANCELLED: 'order.cancelled',
  REFUNDED: 'order.refunded',
};

/** Paise that have neither gone back nor been asked back, the event's own money included. */
function leftOf(context: StoredOrder['context'], event: OrderEvent): number {
  const gone = event.type === 'MONEY_RETURNED' ? event.amount + (event.underWay ?? 0) : 0;
  return leftToAsk({ context: { ...context, returned: context.returned + gone } });
}

/**
 * The single door into an order's machine: feeds it an event and does what it asks for, in the transaction that holds
 * the order's lock.
 * @returns what it made; undefined when the event was not accepted and changes nothing
 */
export async function advanceOrder(deps: WorkerDeps, tx: Tx, step: OrderStep): Promise<CommandResult | undefined> {
  const { order, event, actor, reason, cause } = step;
  const before = restoreOrder(order.machine as StoredOrder);
  const { next, accepted, actions } = decideOrder(before, event);
  if (!accepted) return undefined;
  const left = leftOf(before.context, event);
  const result: CommandResult = {};
  for (const action of actions) {
    const made = action === 'cancelRest' ? await cancelRest(deps, tx, { order, left, reason }) : await step.perform?.();
    Object.assign(result, made);
  }
  const { type, ...data } = event;
  const from = order.state;
  const machine = storeOrder(next);
  const told = { actor, reason, cause, event: type, data: Object.keys(data).length > 0 ? data : null };
  order.follow(tx, { ...told, state: machine.value, machine, allowed: allowedIn(next) });
  const news = order.state === from ? undefined : EVENTS[order.state];
  if (news) await announce(deps, tx, { type: news, data: { orderId: order.id, from, to: order.state } });
  tx.afterCommit(() => observe('order.advanced', { orderId: order.id, from, to: order.state, event: type }));
  return result;
}
