/** The states of a checkout, in the order of the way through, then the ways out. */
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

/** The states in which nothing is under way any more and the cart is free again. */
export const CHECKOUT_WAYS_OUT: readonly CheckoutState[] = ['EXPIRED', 'CANCELLED', 'FAILED'];

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
