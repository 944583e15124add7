import { and, type SnapshotFrom, setup, transition } from 'xstate';
import { ORDER_COMMANDS, type OrderCommand, type OrderState } from '../domain/states.ts';
import { migrate } from './migrate.ts';

/** The events of an order. Units are pieces of goods, amounts are in paise. */
export type OrderEvent =
  | { type: 'PAID' | 'PROCESS' | 'CANCEL' | 'CANCEL_BY_CUSTOMER' | 'RETRY_REFUND' }
  | { type: 'CANCEL_UNITS'; units: number; amount: number }
  | { type: 'SHIP' | 'DELIVER'; units: number }
  | { type: 'REFUND' | 'RECORD_REFUND' | 'RECEIVE_RETURN'; amount: number }
  | { type: 'REQUEST_RETURN' | 'APPROVE_RETURN' | 'REJECT_RETURN' | 'WITHDRAW_RETURN' }
  | { type: 'MONEY_KEPT'; amount: number }
  // `underWay`: paise of our own refunds without a result, when the refund was made in the provider's dashboard.
  | { type: 'MONEY_RETURNED'; amount: number; underWay?: number };

interface Context {
  /** The amount paid for the order, in paise. */
  total: number;
  /** Paise of the total with a requested refund, and paise that the provider confirmed as refunded. */
  asked: number;
  returned: number;
  /** Units that are not shipped yet, that are shipped, and that are delivered. */
  toShip: number;
  shipped: number;
  delivered: number;
}

const noAction = (): void => undefined;
const amountOf = (event: OrderEvent): number => ('amount' in event ? event.amount : 0);
const unitsOf = (event: OrderEvent): number => ('units' in event ? event.units : 0);

const actions = {
  cancelRest: noAction,
  cancelUnits: noAction,
  ship: noAction,
  deliver: noAction,
  refund: noAction,
  recordRefund: noAction,
  retryRefund: noAction,
  openReturn: noAction,
  decideReturn: noAction,
  receiveReturn: noAction,
};

export type OrderAction = keyof typeof actions;

const machineSetup = setup({
  types: { context: {} as Context, events: {} as OrderEvent },
  actions,
  guards: {
    isPartOfRest: ({ context, event }) => unitsOf(event) > 0 && unitsOf(event) < context.toShip,
    isRest: ({ context, event }) => unitsOf(event) > 0 && unitsOf(event) === context.toShip,
    hasNoShipment: ({ context }) => context.shipped === 0,
    hasShipment: ({ context }) => context.shipped > 0,
    isInTransit: ({ context, event }) => unitsOf(event) > 0 && context.delivered + unitsOf(event) <= context.shipped,
    isLastDelivery: ({ context, event }) => context.delivered + unitsOf(event) === context.shipped,
    isAllDelivered: ({ context }) => context.delivered === context.shipped,
    isPositiveAmount: ({ event }) => amountOf(event) > 0,
    hasOpenRefund: ({ context }) => context.asked > context.returned,
    isWithinRefundable: ({ context, event }) => amountOf(event) <= context.total - context.asked,
    isFullyRefunded: ({ context, event }) => context.returned + amountOf(event) >= context.total,
  },
});

const requestFullRefund = machineSetup.assign({
  asked: ({ context }) => context.total,
  toShip: 0,
});
const requestRefund = machineSetup.assign({
  asked: ({ context, event }) => Math.min(context.total, context.asked + amountOf(event)),
});
const removeFromRest = machineSetup.assign({
  toShip: ({ context, event }) => context.toShip - unitsOf(event),
});
const shipUnits = machineSetup.assign({
  toShip: ({ context, event }) => context.toShip - unitsOf(event),
  shipped: ({ context, event }) => context.shipped + unitsOf(event),
});
const deliverUnits = machineSetup.assign({
  delivered: ({ context, event }) => context.delivered + unitsOf(event),
});
/** Requested refunds in paise after this event: at least the past refunds, this refund and those under way. */
const requestedAfter = ({ total, asked, returned }: Context, event: OrderEvent): number => {
  const underWay = event.type === 'MONEY_RETURNED' ? (event.underWay ?? 0) : 0;
  return Math.max(asked, Math.min(total, returned + amountOf(event) + underWay));
};
const recordReturned = machineSetup.assign({
  returned: ({ context, event }) => context.returned + amountOf(event),
  asked: ({ context, event }) => requestedAfter(context, event),
});
const revokeReturned = machineSetup.assign({
  returned: ({ context, event }) => context.returned - amountOf(event),
});

const NEW: Context = { total: 0, asked: 0, returned: 0, toShip: 0, shipped: 0, delivered: 0 };

export const orderMachine = machineSetup.createMachine({
  id: 'order',
  initial: 'PENDING',
  context: NEW,
  // Events that do not change the state by default; a state overrides them where they do, or are not allowed.
  on: {
    DELIVER: { guard: 'isInTransit', actions: [deliverUnits, 'deliver'] },
    REFUND: { guard: and(['isPositiveAmount', 'isWithinRefundable']), actions: [requestRefund, 'refund'] },
    RECORD_REFUND: { guard: and(['isPositiveAmount', 'isWithinRefundable']), actions: [requestRefund, 'recordRefund'] },
    RETRY_REFUND: { guard: 'hasOpenRefund', actions: 'retryRefund' },
    REQUEST_RETURN: { guard: 'hasShipment', actions: 'openReturn' },
    APPROVE_RETURN: { guard: 'hasShipment', actions: 'decideReturn' },
    REJECT_RETURN: { guard: 'hasShipment', actions: 'decideReturn' },
    WITHDRAW_RETURN: { guard: 'hasShipment', actions: 'decideReturn' },
    RECEIVE_RETURN: { guard: and(['hasShipment', 'isWithinRefundable']), actions: [requestRefund, 'receiveReturn'] },
    MONEY_RETURNED: { actions: recordReturned },
    MONEY_KEPT: { actions: revokeReturned },
  },
  states: {
    PENDING: {
      on: {
        PAID: 'CONFIRMED',
        CANCEL: { target: 'CANCELLED', actions: [requestFullRefund, 'cancelRest'] },
        // An unpaid order has nothing to refund.
        REFUND: {},
        RECORD_REFUND: {},
        MONEY_RETURNED: {},
      },
    },
    CONFIRMED: {
      on: {
        PROCESS: 'PROCESSING',
        CANCEL: { target: 'CANCELLED', actions: [requestFullRefund, 'cancelRest'] },
        CANCEL_BY_CUSTOMER: { target: 'CANCELLED', actions: [requestFullRefund, 'cancelRest'] },
        CANCEL_UNITS: [
          { guard: 'isRest', target: 'CANCELLED', actions: [requestFullRefund, 'cancelRest'] },
          { guard: 'isPartOfRest', actions: [removeFromRest, requestRefund, 'cancelUnits'] },
        ],
        MONEY_RETURNED: {
          guard: 'isFullyRefunded',
          target: 'CANCELLED',
          actions: [recordReturned, requestFullRefund, 'cancelRest'],
        },
      },
    },
    PROCESSING: {
      on: {
        CANCEL: { guard: 'hasNoShipment', target: 'CANCELLED', actions: [requestFullRefund, 'cancelRest'] },
        CANCEL_UNITS: [
          { guard: and(['isRest', 'hasNoShipment']), target: 'CANCELLED', actions: [requestFullRefund, 'cancelRest'] },
          {
            guard: and(['isRest', 'isAllDelivered']),
            target: 'DELIVERED',
            actions: [removeFromRest, requestRefund, 'cancelUnits'],
          },
          { guard: 'isRest', target: 'SHIPPED', actions: [removeFromRest, requestRefund, 'cancelUnits'] },
          { guard: 'isPartOfRest', actions: [removeFromRest, requestRefund, 'cancelUnits'] },
        ],
        SHIP: [
          { guard: 'isRest', target: 'SHIPPED', actions: [shipUnits, 'ship'] },
          { guard: 'isPartOfRest', actions: [shipUnits, 'ship'] },
        ],
        MONEY_RETURNED: [
          {
            guard: and(['isFullyRefunded', 'hasNoShipment']),
            target: 'CANCELLED',
            actions: [recordReturned, requestFullRefund, 'cancelRest'],
          },
          // A fully refunded order ships no more goods.
          { guard: 'isFullyRefunded', target: 'REFUNDED', actions: [recordReturned, requestFullRefund, 'cancelRest'] },
        ],
      },
    },
    SHIPPED: {
      on: {
        DELIVER: {
          guard: and(['isInTransit', 'isLastDelivery']),
          target: 'DELIVERED',
          actions: [deliverUnits, 'deliver'],
        },
        MONEY_RETURNED: { guard: 'isFullyRefunded', target: 'REFUNDED', actions: recordReturned },
      },
    },
    DELIVERED: { on: { MONEY_RETURNED: { guard: 'isFullyRefunded', target: 'REFUNDED', actions: recordReturned } } },
    CANCELLED: {},
    REFUNDED: {
      on: {
        REQUEST_RETURN: {},
        // The provider revoked a refund that it had confirmed: the customer did not get the money.
        MONEY_KEPT: [
          { guard: and(['isPositiveAmount', 'isAllDelivered']), target: 'DELIVERED', actions: revokeReturned },
          { guard: 'isPositiveAmount', target: 'SHIPPED', actions: revokeReturned },
        ],
      },
    },
  },
});

export type OrderSnapshot = SnapshotFrom<typeof orderMachine>;

/** Paise that are neither refunded nor requested as a refund. */
export const refundableAmount = ({ context: { total, asked, returned } }: Pick<StoredOrder, 'context'>): number =>
  Math.max(0, total - Math.max(asked, returned));

/** The stored form of a snapshot: plain data with the version of the machine that wrote it. */
export interface StoredOrder {
  version: number;
  value: OrderState;
  context: Context;
}

/** Empty: version 1 is the current version. */
const MIGRATIONS: ((earlier: StoredOrder) => StoredOrder)[] = [];

/** A placed, unpaid order. `total` is in paise, `units` are pieces of goods. */
export const newOrder = ({ total, units }: { total: number; units: number }): OrderSnapshot =>
  orderMachine.resolveState({ value: 'PENDING', context: { ...NEW, total, toShip: units } });

/** A placed and paid order. A shortcut without a transition, because placing an order is the most frequent step. */
export const newPaidOrder = ({ total, units }: { total: number; units: number }): OrderSnapshot =>
  orderMachine.resolveState({ value: 'CONFIRMED', context: { ...NEW, total, toShip: units } });

/** Migrates a stored snapshot of any earlier version to the current version. @throws Error for an unknown version */
export const migrateOrder = (stored: StoredOrder): StoredOrder => migrate(stored, MIGRATIONS);

/** Restores a stored machine. @throws Error for an unknown version */
export const orderFromStored = (stored: StoredOrder): OrderSnapshot => orderMachine.resolveState(migrateOrder(stored));

export const orderToStored = ({ value, context }: OrderSnapshot): StoredOrder => ({
  version: MIGRATIONS.length + 1,
  value,
  context,
});

/** Pure: the next snapshot and the actions for `event`. An event that is not allowed changes nothing. */
export function decideOrder(
  from: OrderSnapshot,
  event: OrderEvent,
): { next: OrderSnapshot; accepted: boolean; actions: OrderAction[] } {
  if (!from.can(event)) return { next: from, accepted: false, actions: [] };
  const [next, executable] = transition(orderMachine, from, event);
  return { next, accepted: true, actions: executable.map(({ type }) => type as OrderAction) };
}

/** The smallest event of each command, to test whether the command is allowed at all. */
const MINIMAL_EVENTS: Record<OrderCommand, OrderEvent> = {
  PROCESS: { type: 'PROCESS' },
  SHIP: { type: 'SHIP', units: 1 },
  DELIVER: { type: 'DELIVER', units: 1 },
  CANCEL: { type: 'CANCEL' },
  CANCEL_BY_CUSTOMER: { type: 'CANCEL_BY_CUSTOMER' },
  CANCEL_UNITS: { type: 'CANCEL_UNITS', units: 1, amount: 0 },
  REFUND: { type: 'REFUND', amount: 1 },
  RECORD_REFUND: { type: 'RECORD_REFUND', amount: 1 },
  RETRY_REFUND: { type: 'RETRY_REFUND' },
  REQUEST_RETURN: { type: 'REQUEST_RETURN' },
  APPROVE_RETURN: { type: 'APPROVE_RETURN' },
  REJECT_RETURN: { type: 'REJECT_RETURN' },
  WITHDRAW_RETURN: { type: 'WITHDRAW_RETURN' },
  RECEIVE_RETURN: { type: 'RECEIVE_RETURN', amount: 0 },
};

/** The commands that the order allows in its current state. */
export const allowedCommands = (snapshot: OrderSnapshot): OrderCommand[] =>
  ORDER_COMMANDS.filter((command) => snapshot.can(MINIMAL_EVENTS[command]));
