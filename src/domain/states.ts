/** The states of a checkout: those of a successful checkout in order, then the terminal states without an order. */
export const CHECKOUT_STATES = [
  'CREATED',
  'LOCKED',
  'PAYMENT_PENDING',
  'PAYMENT_CONFIRMED',
  'ORDER_CREATED',
  'COMPLETED',
  'EXPIRED',
  'CANCELLED',
  'FAILED',
] as const;
export type CheckoutState = (typeof CHECKOUT_STATES)[number];

/** The terminal states without an order: no work is pending and the cart is open again. */
export const CHECKOUT_TERMINAL_STATES: readonly CheckoutState[] = ['EXPIRED', 'CANCELLED', 'FAILED'];

/** The unpaid states: goods are reserved, or about to be. */
export const CHECKOUT_UNPAID: readonly CheckoutState[] = ['CREATED', 'LOCKED', 'PAYMENT_PENDING'];

export const ORDER_STATES = [
  'PENDING',
  'CONFIRMED',
  'PROCESSING',
  'SHIPPED',
  'DELIVERED',
  'CANCELLED',
  'REFUNDED',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** The history event of a guest's order that an account claims. It is no event of the machine: it changes no state. */
export const ORDER_CLAIMED = 'CLAIMED';

/** The commands for an order; each is a job that the state machine accepts or refuses. */
export const ORDER_COMMANDS = [
  'PROCESS',
  'SHIP',
  'DELIVER',
  'CANCEL',
  'CANCEL_BY_CUSTOMER',
  'CANCEL_UNITS',
  'REFUND',
  'RECORD_REFUND',
  'RETRY_REFUND',
  'REQUEST_RETURN',
  'APPROVE_RETURN',
  'REJECT_RETURN',
  'WITHDRAW_RETURN',
  'RECEIVE_RETURN',
] as const;
export type OrderCommand = (typeof ORDER_COMMANDS)[number];

export const COMMAND_STATES = ['pending', 'done', 'refused'] as const;
export const REFUND_STATES = ['pending', 'succeeded', 'failed'] as const;
export const RETURN_STATES = ['requested', 'approved', 'rejected', 'withdrawn', 'received'] as const;
export type ReturnState = (typeof RETURN_STATES)[number];
export const RETURN_REASONS = ['damaged', 'wrong_item', 'not_as_described', 'no_longer_wanted', 'other'] as const;
