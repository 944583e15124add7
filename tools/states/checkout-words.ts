import type { CheckoutState } from '../../src/domain/states.ts';
import { type CheckoutAction, type CheckoutEvent, checkoutMachine } from '../../src/machines/checkout.ts';
import type { Book } from './machine-page.ts';

type InnerState = 'working' | 'awaitingMethod' | 'awaitingAction' | 'processing';

const states: Record<CheckoutState | InnerState, string> = {
  CREATED: 'The cart is frozen into the checkout: lines, addresses, accepted total.',
  LOCKED:
    'Prices are recomputed and kept, the goods are reserved until the deadline, which is near while no payment method was given; the payment is being opened.',
  PAYMENT_PENDING: 'The provider has an intent for the total.',
  working: 'The provider was asked to charge a method, or has not answered yet.',
  awaitingMethod: 'No method was given, or the last one was declined: the customer gives the next.',
  awaitingAction: 'The customer has to do something at the bank (3-D Secure), or gives another method.',
  processing: 'The provider has taken the payment on and will say later how it went.',
  PAYMENT_CONFIRMED: 'The money is there, or the total is zero.',
  ORDER_CREATED: 'The order is stored with its lines and its number; the goods have left the stock.',
  COMPLETED: 'The cart is closed.',
  EXPIRED: 'The reservation ran out before the payment came.',
  CANCELLED: 'The customer cancelled.',
  FAILED: 'It cannot become an order; `reason` says why.',
};

const events: Record<CheckoutEvent['type'], string> = {
  START: 'the accepted `POST …/checkout`; the sweeper, when that command was lost',
  PAY: 'the accepted `POST …/payment`',
  CANCEL: 'the accepted `POST …/cancel`',
  EXPIRE: 'the sweeper, when the deadline has passed',
  RESERVED: 'the answer of `reserve`: price and goods are held',
  REFUSED: 'the answer of `reserve`: not for sale, another price, not enough in stock',
  PAYMENT_SKIPPED: 'the answer of `openPayment`: there is nothing to pay',
  PAYMENT_OPENED: 'the first that is heard of the intent',
  PAYMENT_REFUSED: 'the provider refused to open the payment',
  METHOD_REQUIRED: 'provider: the intent waits for a method',
  ACTION_REQUIRED: 'provider: the customer has to act',
  PAYMENT_PROCESSING: 'provider: it takes time',
  PAYMENT_DECLINED: 'provider: the method was declined',
  PAYMENT_CANCELED: 'provider: the intent was cancelled',
  PAYMENT_SUCCEEDED: 'provider: the money was received',
  ORDER_STORED: 'the answer of `createOrder`: the order is there',
  ORDER_REFUSED:
    'the answer of `createOrder`: the goods are gone, the cart was bought another way, or the customer was erased',
  CART_CLOSED: 'the answer of `closeCart`',
};

const actions: Record<CheckoutAction, string> = {
  reserve: 'recomputes the price, compares it with the expected total, reserves the goods',
  extendHold: 'holds the goods for the usual time, once a payment method was given',
  openPayment: 'stores the payment and the operation that opens it at the provider',
  confirmPayment: 'stores the operation that charges the latest method',
  createOrder: 'consumes the reservation (or takes the goods anew for late money) and stores the order',
  closeCart: 'marks the cart as ordered',
  release: 'gives back what is still reserved',
  cancelPayment: 'stores the operation that cancels the intent, unless the payment is settled',
  reopenCart: 'lets the cart be edited and bought again, unless another checkout has it',
  refundPayment: 'stores the operation that gives everything back',
};

const guards: Record<string, string> = {
  paysTheTotal: 'the amount received covers the total, and nothing was given back before',
  paysTooLittle: 'something was received, but less than the total, and nothing was given back before',
};

/** What docs/states.md says of the checkout's machine. */
export const CHECKOUT_BOOK: Book = {
  title: 'The states of a checkout',
  source: 'src/machines/checkout.ts',
  machine: checkoutMachine,
  states,
  events,
  actions,
  guards,
  refusal: 'the state stays as it is, and the event is written into the history with\n`accepted = false`.',
  hands: '`src/workers/checkout/actions.ts` carries them out in the transaction that stores the step.',
};
