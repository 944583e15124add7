import { and, assign, type SnapshotFrom, setup, transition } from 'xstate';
import { ORDER_COMMANDS, type OrderCommand, type OrderState } from '../domain/states.ts';

/** What happens to an order. Units are pieces of goods, amounts paise. */
export type OrderEvent =
  | { type: 'PAID' | 'PROCESS' | 'CANCEL' | 'CANCEL_BY_CUSTOMER' | 'RETRY_REFUND' }
  | { type: 'CANCEL_UNITS'; units: number; amount: number }
  | { type: 'SHIP' | 'DELIVER'; units: number }
  | { type: 'REFUND' | 'RECORD_REFUND' | 'RECEIVE_RETURN'; amount: number }
  | { type: 'REQUEST_RETURN' | 'APPROVE_RETURN' | 'REJECT_RETURN' | 'WITHDRAW_RETURN' }
  | { type: 'MONEY_KEPT'; amount: number }
  // `underWay`: paise of refunds of ours without an answer, when the money went back in the provider's own dashboard.
  | { type: 'MONEY_RETURNED'; amount: number; underWay?: number };

export type OrderAction =
  | 'cancelRest'
  | 'cancelUnits'
  | 'ship'
  | 'deliver'
  | 'refund'
  | 'recordRefund'
  | 'retryRefund'
  | 'openReturn'
  | 'decideReturn'
  | 'receiveReturn';

interface Context {
  /** What was paid for the order, in paise. */
  total: number;
  /** Of it: what was asked to go back, and what the provider says has gone. */
  asked: number;
  returned: number;
  /** Units that are still to be sent, that were sent, and that have arrived. */
  toShip: number;
  shipped: number;
  delivered: number;
}

const nothing = (): void => undefined;
const amountOf = (event: OrderEvent): number => ('amount' in event ? event.amount : 0);
const unitsOf = (event: OrderEvent): number => ('units' in event ? event.units : 0);

const plans = setup({
  types: { context: {} as Context, events: {} as OrderEvent, input: {} as Pick<Context, 'total' | 'toShip'> },
  actions: {
    cancelRest: nothing,
    cancelUnits: nothing,
    ship: nothing,
    deliver: nothing,
    refund: nothing,
    recordRefund: nothing,
    retryRefund: nothing,
    openReturn: nothing,
    decideReturn: nothing,
    receiveReturn: nothing,
  } satisfies Record<OrderAction, () => void>,
  guards: {
    isPartOfRest: ({ context, event }) => unitsOf(event) > 0 && unitsOf(event) < context.toShip,
    isRest: ({ context, event }) => unitsOf(event) > 0 && unitsOf(event) === context.toShip,
    nothingSent: ({ context }) => context.shipped === 0,
    somethingSent: ({ context }) => context.shipped > 0,
    isOnItsWay: ({ context, event }) => unitsOf(event) > 0 && context.delivered + unitsOf(event) <= context.shipped,
    isLastToArrive: ({ context, event }) => context.delivered + unitsOf(event) === context.shipped,
    allHasArrived: ({ context }) => context.delivered === context.shipped,
    isMoney: ({ event }) => amountOf(event) > 0,
    isOwed: ({ context }) => context.asked > context.returned,
    isNotAskedYet: ({ context, event }) => amountOf(event) <= context.total - context.asked,
    isLastMoney: ({ context, event }) => context.returned + amountOf(event) >= context.total,
  },
});

const askForAll = assign<Context, OrderEvent, undefined, OrderEvent, never>({
  asked: ({ context }) => context.total,
  toShip: 0,
});
const ask = assign<Context, OrderEvent, undefined, OrderEvent, never>({
  asked: ({ context, event }) => Math.min(context.total, context.asked + amountOf(event)),
});
const takeOff = assign<Context, OrderEvent, undefined, OrderEvent, never>({
  toShip: ({ context, event }) => context.toShip - unitsOf(event),
});
const send = assign<Context, OrderEvent, undefined, OrderEvent, never>({
  toShip: ({ context, event }) => context.toShip - unitsOf(event),
  shipped: ({ context, event }) => context.shipped + unitsOf(event),
});
const arrive = assign<Context, OrderEvent, undefined, OrderEvent, never>({
  delivered: ({ context, event }) => context.delivered + unitsOf(event),
});
/** What counts as asked back once money has gone back: that money, what went before it, and what is still under way. */
const askedWith = ({ total, asked, returned }: Context, event: OrderEvent): number => {
  const underWay = event.type === 'MONEY_RETURNED' ? (event.underWay ?? 0) : 0;
  return Math.max(asked, Math.min(total, returned + amountOf(event) + underWay));
};
const bookBack = assign<Context, OrderEvent, undefined, OrderEvent, never>({
  returned: ({ context, event }) => context.returned + amountOf(event),
  asked: ({ context, event }) => askedWith(context, event),
});
const unbook = assign<Context, OrderEvent, undefined, OrderEvent, never>({
  returned: ({ context, event }) => context.returned - amountOf(event),
});

export const orderMachine = plans.createMachine({
  id: 'order',
  initial: 'PENDING',
  context: ({ input }) => ({ ...input, asked: 0, returned: 0, shipped: 0, delivered: 0 }),
  // What does not lead to another state is the same wherever goods were sent or money is on its way.
  on: {
    DELIVER: { guard: 'isOnItsWay', actions: [arrive, 'deliver'] },
    REFUND: { guard: and(['isMoney', 'isNotAskedYet']), actions: [ask, 'refund'] },
    RECORD_REFUND: { guard: and(['isMoney', 'isNotAskedYet']), actions: [ask, 'recordRefund'] },
    RETRY_REFUND: { guard: 'isOwed', actions: 'retryRefund' },
    REQUEST_RETURN: { guard: 'somethingSent', actions: 'openReturn' },
    APPROVE_RETURN: { guard: 'somethingSent', actions: 'decideReturn' },
    REJECT_RETURN: { guard: 'somethingSent', actions: 'decideReturn' },
    WITHDRAW_RETURN: { guard: 'somethingSent', actions: 'decideReturn' },
    RECEIVE_RETURN: { guard: and(['somethingSent', 'isNotAskedYet']), actions: [ask, 'receiveReturn'] },
    MONEY_RETURNED: { actions: bookBack },
    MONEY_KEPT: { actions: unbook },
  },
  states: {
    PENDING: {
      on: {
        PAID: 'CONFIRMED',
        CANCEL: { target: 'CANCELLED', actions: [askForAll, 'cancelRest'] },
        // Nothing was paid that could go back, or has gone.
        REFUND: {},
        RECORD_REFUND: {},
        MONEY_RETURNED: {},
      },
    },
    CONFIRMED: {
      on: {
        PROCESS: 'PROCESSING',
        CANCEL: { target: 'CANCELLED', actions: [askForAll, 'cancelRest'] },
        CANCEL_BY_CUSTOMER: { target: 'CANCELLED', actions: [askForAll, 'cancelRest'] },
        CANCEL_UNITS: [
          { guard: 'isRest', target: 'CANCELLED', actions: [askForAll, 'cancelRest'] },
          { guard: 'isPartOfRest', actions: [takeOff, ask, 'cancelUnits'] },
        ],
        MONEY_RETURNED: { guard: 'isLastMoney', target: 'CANCELLED', actions: [bookBack, askForAll, 'cancelRest'] },
      },
    },
    PROCESSING: {
      on: {
        CANCEL: { guard: 'nothingSent', target: 'CANCELLED', actions: [askForAll, 'cancelRest'] },
        CANCEL_UNITS: [
          { guard: and(['isRest', 'nothingSent']), target: 'CANCELLED', actions: [askForAll, 'cancelRest'] },
          { guard: and(['isRest', 'allHasArrived']), target: 'DELIVERED', actions: [takeOff, ask, 'cancelUnits'] },
          { guard: 'isRest', target: 'SHIPPED', actions: [takeOff, ask, 'cancelUnits'] },
          { guard: 'isPartOfRest', actions: [takeOff, ask, 'cancelUnits'] },
        ],
        SHIP: [
          { guard: 'isRest', target: 'SHIPPED', actions: [send, 'ship'] },
          { guard: 'isPartOfRest', actions: [send, 'ship'] },
        ],
        MONEY_RETURNED: [
          {
            guard: and(['isLastMoney', 'nothingSent']),
            target: 'CANCELLED',
            actions: [bookBack, askForAll, 'cancelRest'],
          },
          // Whoever has all the money back gets nothing more.
          { guard: 'isLastMoney', target: 'REFUNDED', actions: [bookBack, askForAll, 'cancelRest'] },
        ],
      },
    },
    SHIPPED: {
      on: {
        DELIVER: { guard: and(['isOnItsWay', 'isLastToArrive']), target: 'DELIVERED', actions: [arrive, 'deliver'] },
        MONEY_RETURNED: { guard: 'isLastMoney', target: 'REFUNDED', actions: bookBack },
      },
    },
    DELIVERED: { on: { MONEY_RETURNED: { guard: 'isLastMoney', target: 'REFUNDED', actions: bookBack } } },
    CANCELLED: {},
    REFUNDED: {
      on: {
        REQUEST_RETURN: {},
        // The provider took a refund back that it had promised: the customer still waits for the money.
        MONEY_KEPT: [
          { guard: and(['isMoney', 'allHasArrived']), target: 'DELIVERED', actions: unbook },
          { guard: 'isMoney', target: 'SHIPPED', actions: unbook },
        ],
      },
    },
  },
});

export type OrderSnapshot = SnapshotFrom<typeof orderMachine>;

/** Paise that have neither gone back nor been asked back. */
export const leftToAsk = ({ context: { total, asked, returned } }: Pick<StoredOrder, 'context'>): number =>
  Math.max(0, total - Math.max(asked, returned));

/** What is kept of a machine between two events: plain data with the version of the machine that wrote it. */
export interface StoredOrder {
  version: number;
  value: OrderState;
  context: Context;
}

const VERSION = 1;

/** An order that is placed and not paid yet, of so many paise and units. */
export const placed = ({ total, units }: { total: number; units: number }): OrderSnapshot =>
  restoreOrder({
    value: 'PENDING',
    context: { total, asked: 0, returned: 0, toShip: units, shipped: 0, delivered: 0 },
  });

/** The same when it is paid, as it always is when it is stored: a short cut for the hottest step of the house. */
export const placedAndPaid = ({ total, units }: { total: number; units: number }): OrderSnapshot =>
  restoreOrder({ ...storeOrder(placed({ total, units })), value: 'CONFIRMED' });

export const restoreOrder = ({ value, context }: Pick<StoredOrder, 'value' | 'context'>): OrderSnapshot =>
  orderMachine.resolveState({ value, context });

export const storeOrder = ({ value, context }: OrderSnapshot): StoredOrder => ({
  version: VERSION,
  value: value as OrderState,
  context,
});

/** Pure: where `event` leads and what is to be done for it. An event that is not allowed leads nowhere. */
export function decideOrder(
  from: OrderSnapshot,
  event: OrderEvent,
): { next: OrderSnapshot; accepted: boolean; actions: OrderAction[] } {
  const [next, executable] = transition(orderMachine, from, event);
  const actions = executable.map((action) => action.type as OrderAction);
  return { next, accepted: next !== from || actions.length > 0, actions };
}

/** The least that each command can ask for, to see whether it is allowed at all. */
const LEAST: Record<OrderCommand, OrderEvent> = {
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

/** The commands that an order would take now. */
export const allowedIn = (snapshot: OrderSnapshot): OrderCommand[] =>
  ORDER_COMMANDS.filter((command) => decideOrder(snapshot, LEAST[command]).accepted);
