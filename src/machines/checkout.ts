import { type SnapshotFrom, type StateValue, setup, transition } from 'xstate';
import { CHECKOUT_TERMINAL_STATES, type CheckoutState } from '../domain/states.ts';
import { migrate } from './migrate.ts';

/** The events of a checkout. Amounts are in paise; `reason` is a code of the error catalogue. */
export type CheckoutEvent =
  | { type: 'START' | 'PAY' | 'CANCEL' | 'EXPIRE' }
  | { type: 'RESERVED'; total: number }
  | { type: 'REFUSED' | 'ORDER_REFUSED' | 'PAYMENT_REFUSED'; reason: string; details?: Record<string, unknown> }
  | { type: 'PAYMENT_SKIPPED' | 'PAYMENT_OPENED' | 'METHOD_REQUIRED' | 'ACTION_REQUIRED' }
  | { type: 'PAYMENT_PROCESSING' | 'PAYMENT_DECLINED' | 'PAYMENT_CANCELED' }
  | { type: 'PAYMENT_SUCCEEDED'; amount: number }
  | { type: 'ORDER_STORED' | 'CART_CLOSED' };

interface Context {
  /** In paise; set from LOCKED on. */
  total: number | null;
  /** A refund of the payment was requested: the payment can no longer pay for an order. */
  refunded: boolean;
}

const noAction = (): void => undefined;

const actions = {
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
};

export type CheckoutAction = keyof typeof actions;

const machineSetup = setup({
  types: { context: {} as Context, events: {} as CheckoutEvent, tags: {} as 'busy' },
  actions,
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
});

const fixTotal = machineSetup.assign({ total: ({ event }) => ('total' in event ? event.total : null) });
const markRefunded = machineSetup.assign({ refunded: true });

const NEW = { value: 'CREATED', context: { total: null, refunded: false } };

export const checkoutMachine = machineSetup.createMachine({
  id: 'checkout',
  initial: 'CREATED',
  context: NEW.context,
  states: {
    CREATED: {
      tags: 'busy',
      on: {
        START: { actions: 'reserve' },
        RESERVED: { target: 'LOCKED', actions: fixTotal },
        REFUSED: 'terminal.FAILED',
        CANCEL: 'terminal.CANCELLED',
        EXPIRE: 'terminal.EXPIRED',
      },
    },
    LOCKED: {
      tags: 'busy',
      entry: 'openPayment',
      on: {
        PAYMENT_OPENED: 'PAYMENT_PENDING',
        PAYMENT_SKIPPED: 'PAYMENT_CONFIRMED',
        PAYMENT_REFUSED: 'terminal.FAILED',
        CANCEL: 'terminal.CANCELLED',
        EXPIRE: 'terminal.EXPIRED',
      },
    },
    PAYMENT_PENDING: {
      initial: 'working',
      on: {
        PAYMENT_SUCCEEDED: [
          { guard: 'paysTheTotal', target: 'PAYMENT_CONFIRMED' },
          { guard: 'paysTooLittle', target: 'terminal.FAILED', actions: [markRefunded, 'refundPayment'] },
        ],
        PAYMENT_CANCELED: 'terminal.FAILED',
        CANCEL: 'terminal.CANCELLED',
        EXPIRE: 'terminal.EXPIRED',
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
        ORDER_REFUSED: { target: 'terminal.FAILED', actions: [markRefunded, 'refundPayment'] },
      },
    },
    ORDER_CREATED: { tags: 'busy', entry: 'closeCart', on: { CART_CLOSED: 'COMPLETED' } },
    COMPLETED: { type: 'final' },
    // The terminal states undo the earlier steps. A later payment still gets an order or a refund.
    terminal: {
      initial: 'FAILED',
      entry: ['release', 'cancelPayment', 'reopenCart'],
      on: {
        PAYMENT_SUCCEEDED: [
          { guard: 'paysTheTotal', target: 'PAYMENT_CONFIRMED' },
          { guard: 'paysTooLittle', actions: [markRefunded, 'refundPayment'] },
        ],
      },
      states: { EXPIRED: {}, CANCELLED: {}, FAILED: {} },
    },
  },
});

export type CheckoutSnapshot = SnapshotFrom<typeof checkoutMachine>;

/** The stored form of a snapshot: plain data with the version of the machine that wrote it. */
export interface StoredMachine {
  version: number;
  value: StateValue;
  context: Context;
}

const MIGRATIONS = [nestTerminalState];

/** Version 1 had no state around the terminal states. */
function nestTerminalState({ value, context }: StoredMachine): StoredMachine {
  const isTerminal = CHECKOUT_TERMINAL_STATES.some((state) => state === value);
  return { version: 2, value: isTerminal ? { terminal: value } : value, context };
}

/** Migrates a stored snapshot of any earlier version to the current version. @throws Error for an unknown version */
export const migrateCheckout = (stored: StoredMachine): StoredMachine => migrate(stored, MIGRATIONS);

/**
 * Restores a stored machine. `null`, as for a new checkout, restores the initial state.
 * @throws Error for an unknown version
 */
export const fromStored = (stored: StoredMachine | null): CheckoutSnapshot =>
  checkoutMachine.resolveState(stored ? migrateCheckout(stored) : NEW);

export const toStored = ({ value, context }: CheckoutSnapshot): StoredMachine => ({
  version: MIGRATIONS.length + 1,
  value,
  context,
});

/** The checkout state of a snapshot, without the nested state of PAYMENT_PENDING. */
export function stateOf({ value }: CheckoutSnapshot): CheckoutState {
  if (typeof value === 'string') return value;
  return 'terminal' in value ? value.terminal : 'PAYMENT_PENDING';
}

/** Pure: the next snapshot and the actions for `event`. An event that is not allowed changes nothing. */
export function decide(
  from: CheckoutSnapshot,
  event: CheckoutEvent,
): { next: CheckoutSnapshot; accepted: boolean; actions: CheckoutAction[] } {
  if (!from.can(event)) return { next: from, accepted: false, actions: [] };
  const [next, executable] = transition(checkoutMachine, from, event);
  return { next, accepted: true, actions: executable.map(({ type }) => type as CheckoutAction) };
}
