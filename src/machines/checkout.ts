import { assign, type SnapshotFrom, setup, transition } from 'xstate';
import type { CheckoutState } from '../domain/states.ts';

/** The events of a checkout. Amounts are in paise; `reason` is a code of the error catalogue. */
export type CheckoutEvent =
  | { type: 'START' | 'PAY' | 'CANCEL' | 'EXPIRE' }
  | { type: 'RESERVED'; total: number }
  | { type: 'REFUSED' | 'ORDER_REFUSED' | 'PAYMENT_REFUSED'; reason: string; details?: Record<string, unknown> }
  | { type: 'PAYMENT_SKIPPED' | 'PAYMENT_OPENED' | 'METHOD_REQUIRED' | 'ACTION_REQUIRED' }
  | { type: 'PAYMENT_PROCESSING' | 'PAYMENT_DECLINED' | 'PAYMENT_CANCELED' }
  | { type: 'PAYMENT_SUCCEEDED'; amount: number }
  | { type: 'ORDER_STORED' | 'CART_CLOSED' };

export type CheckoutAction =
  | 'reserve'
  | 'extendHold'
  | 'openPayment'
  | 'confirmPayment'
  | 'createOrder'
  | 'closeCart'
  | 'release'
  | 'cancelPayment'
  | 'reopenCart'
  | 'refundPayment';

interface Context {
  /** In paise; set from LOCKED on. */
  total: number | null;
  /** A refund of the payment was requested: the payment can no longer pay for an order. */
  refunded: boolean;
}

const noAction = (): void => undefined;

export const checkoutMachine = setup({
  types: { context: {} as Context, events: {} as CheckoutEvent, tags: {} as 'busy' },
  actions: {
    reserve: noAction,
    extendHold: noAction,
    openPayment: noAction,
    confirmPayment: noAction,
    createOrder: noAction,
    closeCart: noAction,
    release: noAction,
    cancelPayment: noAction,
    reopenCart: noAction,
    refundPayment: noAction,
  } satisfies Record<CheckoutAction, () => void>,
  guards: {
    /** A payment below the total is refunded. */
    paysTooLittle: ({ context, event }) =>
      event.type === 'PAYMENT_SUCCEEDED' &&
      !context.refunded &&
      event.amount > 0 &&
      event.amount < (context.total ?? 0),
    paysTheTotal: ({ context, event }) =>
      event.type === 'PAYMENT_SUCCEEDED' &&
      !context.refunded &&
      context.total !== null &&
      event.amount >= context.total,
  },
}).createMachine({
  id: 'checkout',
  initial: 'CREATED',
  context: { total: null, refunded: false },
  states: {
    CREATED: {
      tags: 'busy',
      on: {
        START: { actions: 'reserve' },
        RESERVED: { target: 'LOCKED', actions: assign({ total: ({ event }) => event.total }) },
        REFUSED: 'FAILED',
        CANCEL: 'CANCELLED',
        EXPIRE: 'EXPIRED',
      },
    },
    LOCKED: {
      tags: 'busy',
      entry: 'openPayment',
      on: {
        PAYMENT_OPENED: 'PAYMENT_PENDING',
        PAYMENT_SKIPPED: 'PAYMENT_CONFIRMED',
        PAYMENT_REFUSED: 'FAILED',
        CANCEL: 'CANCELLED',
        EXPIRE: 'EXPIRED',
      },
    },
    PAYMENT_PENDING: {
      initial: 'working',
      on: {
        PAYMENT_SUCCEEDED: [
          { guard: 'paysTheTotal', target: 'PAYMENT_CONFIRMED' },
          { guard: 'paysTooLittle', target: 'FAILED', actions: [assign({ refunded: true }), 'refundPayment'] },
        ],
        PAYMENT_CANCELED: 'FAILED',
        CANCEL: 'CANCELLED',
        EXPIRE: 'EXPIRED',
      },
      states: {
        working: {
          tags: 'busy',
          on: {
            METHOD_REQUIRED: 'awaitingMethod',
            PAYMENT_DECLINED: { target: 'awaitingMethod', actions: 'extendHold' },
            ACTION_REQUIRED: { target: 'awaitingAction', actions: 'extendHold' },
            PAYMENT_PROCESSING: { target: 'processing', actions: 'extendHold' },
          },
        },
        awaitingMethod: {
          on: {
            PAY: { target: 'working', actions: ['extendHold', 'confirmPayment'] },
            ACTION_REQUIRED: { target: 'awaitingAction', actions: 'extendHold' },
            PAYMENT_PROCESSING: { target: 'processing', actions: 'extendHold' },
          },
        },
        awaitingAction: {
          on: {
            PAY: { target: 'working', actions: ['extendHold', 'confirmPayment'] },
            METHOD_REQUIRED: 'awaitingMethod',
            PAYMENT_DECLINED: { target: 'awaitingMethod', actions: 'extendHold' },
            PAYMENT_PROCESSING: { target: 'processing', actions: 'extendHold' },
          },
        },
        processing: {
          tags: 'busy',
          on: {
            METHOD_REQUIRED: 'awaitingMethod',
            PAYMENT_DECLINED: { target: 'awaitingMethod', actions: 'extendHold' },
            ACTION_REQUIRED: { target: 'awaitingAction', actions: 'extendHold' },
          },
        },
      },
    },
    PAYMENT_CONFIRMED: {
      tags: 'busy',
      entry: 'createOrder',
      on: {
        ORDER_STORED: 'ORDER_CREATED',
        ORDER_REFUSED: { target: 'FAILED', actions: [assign({ refunded: true }), 'refundPayment'] },
      },
    },
    ORDER_CREATED: { tags: 'busy', entry: 'closeCart', on: { CART_CLOSED: 'COMPLETED' } },
    COMPLETED: { type: 'final' },
    // EXPIRED, CANCELLED and FAILED undo the earlier steps. A later payment still gets an order or a refund.
    EXPIRED: {
      entry: ['release', 'cancelPayment', 'reopenCart'],
      on: {
        PAYMENT_SUCCEEDED: [
          { guard: 'paysTheTotal', target: 'PAYMENT_CONFIRMED' },
          { guard: 'paysTooLittle', actions: [assign({ refunded: true }), 'refundPayment'] },
        ],
      },
    },
    CANCELLED: {
      entry: ['release', 'cancelPayment', 'reopenCart'],
      on: {
        PAYMENT_SUCCEEDED: [
          { guard: 'paysTheTotal', target: 'PAYMENT_CONFIRMED' },
          { guard: 'paysTooLittle', actions: [assign({ refunded: true }), 'refundPayment'] },
        ],
      },
    },
    FAILED: {
      entry: ['release', 'cancelPayment', 'reopenCart'],
      on: {
        PAYMENT_SUCCEEDED: [
          { guard: 'paysTheTotal', target: 'PAYMENT_CONFIRMED' },
          { guard: 'paysTooLittle', actions: [assign({ refunded: true }), 'refundPayment'] },
        ],
      },
    },
  },
});

export type CheckoutSnapshot = SnapshotFrom<typeof checkoutMachine>;

/** The stored form of a machine: plain data with the version of the machine that wrote it. */
export interface StoredMachine {
  version: number;
  value: CheckoutSnapshot['value'];
  context: Context;
}

const VERSION = 1;

/** Restores a stored machine. `null`, as for a new checkout, restores the initial state. */
export function restore(stored: StoredMachine | null): CheckoutSnapshot {
  const { value, context } = stored ?? { value: 'CREATED' as const, context: { total: null, refunded: false } };
  return checkoutMachine.resolveState({ value, context });
}

export const store = ({ value, context }: CheckoutSnapshot): StoredMachine => ({ version: VERSION, value, context });

/** The checkout state of a snapshot, without the nested state of PAYMENT_PENDING. */
export const stateOf = ({ value }: CheckoutSnapshot): CheckoutState =>
  (typeof value === 'string' ? value : Object.keys(value)[0]) as CheckoutState;

/** Pure: the next snapshot and the actions for `event`. An event that is not allowed changes nothing. */
export function decide(
  from: CheckoutSnapshot,
  event: CheckoutEvent,
): { next: CheckoutSnapshot; accepted: boolean; actions: CheckoutAction[] } {
  const [next, executable] = transition(checkoutMachine, from, event);
  const actions = executable.map((action) => action.type as CheckoutAction);
  // An allowed event can have actions without a change of the snapshot.
  return { next, accepted: next !== from || actions.length > 0, actions };
}
