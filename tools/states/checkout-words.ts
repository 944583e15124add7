import type { CheckoutState } from '../../src/domain/states.ts';
import { type CheckoutAction, type CheckoutEvent, checkoutMachine } from '../../src/machines/checkout.ts';
import type { MachineBook } from './machine-page.ts';

type OwnState = 'working' | 'awaitingMethod' | 'awaitingAction' | 'processing' | 'terminal';

const states: Record<CheckoutState | OwnState, string> = {
  CREATED: 'The lines, addresses and accepted total of the cart are stored with the checkout.',
  LOCKED:
    'Prices are recomputed and stored, and the goods are reserved until the deadline, which is short without a payment method. The payment is being opened.',
  PAYMENT_PENDING: 'The provider has an intent for the total.',
  working: 'The provider was asked to charge a method, or has not answered yet.',
  awaitingMethod: 'No payment method was given, or the last one was declined: the customer has to give another.',
  awaitingAction: 'The customer has to authenticate at the bank (3-D Secure) or give another payment method.',
  processing: 'The provider has accepted the payment and reports the result later.',
  PAYMENT_CONFIRMED: 'The payment was received, or the total is zero.',
  ORDER_CREATED: 'The order is stored with its lines and its number; the goods have left the stock.',
  COMPLETED: 'The cart is ordered.',
  terminal:
    'The checkout ended without an order: its goods are released, its payment is cancelled, and its cart is open again. A later payment still gets an order or a refund. The API and the columns name only the inner state.',
  EXPIRED: 'The reservation expired before the payment arrived.',
  CANCELLED: 'The customer cancelled.',
  FAILED: 'It cannot become an order; `reason` says why.',
};

const events: Record<CheckoutEvent['type'], string> = {
  START: 'the accepted `POST …/checkout`; the sweeper, if that command was lost',
  PAY: 'the accepted `POST …/payment`',
  CANCEL: 'the accepted `POST …/cancel`',
  EXPIRE: 'the sweeper, after the deadline',
  RESERVED: 'the answer of `reserve`: price and goods are held',
  REFUSED: 'the answer of `reserve`: not for sale, another price, not enough in stock',
  PAYMENT_SKIPPED: 'the answer of `openPayment`: there is nothing to pay',
  PAYMENT_OPENED: 'the first event about the intent',
  PAYMENT_REFUSED: 'the provider refused to open the payment',
  METHOD_REQUIRED: 'provider: the intent waits for a method',
  ACTION_REQUIRED: 'provider: the customer has to act',
  PAYMENT_PROCESSING: 'provider: the payment is in progress',
  PAYMENT_DECLINED: 'provider: the method was declined',
  PAYMENT_CANCELED: 'provider: the intent was cancelled',
  PAYMENT_SUCCEEDED: 'provider: the money was received',
  ORDER_STORED: 'the answer of `createOrder`: the order is stored',
  ORDER_REFUSED:
    'the answer of `createOrder`: the goods are gone, the cart was bought another way, or the customer was erased',
  CART_CLOSED: 'the answer of `closeCart`',
};

const actions: Record<CheckoutAction, string> = {
  reserve: 'recomputes the price, compares it with the expected total, reserves the goods',
  extendHold: 'extends the reservation to the usual time after a payment method was given',
  openPayment: 'stores the payment and the operation that opens it at the provider',
  confirmPayment: 'stores the operation that charges the latest method',
  createOrder: 'consumes the reservation (or takes the goods again for a late payment) and stores the order',
  closeCart: 'marks the cart as ordered',
  release: 'releases the remaining reservations',
  cancelPayment: 'stores the operation that cancels the intent, unless the payment is settled',
  reopenCart: 'lets the cart be edited and bought again, unless it belongs to another checkout',
  refundPayment: 'stores the operation that refunds the whole payment',
};

const guards: Record<string, string> = {
  paysTheTotal: 'the received amount covers the total, and nothing was refunded before',
  paysTooLittle: 'the received amount is less than the total, and nothing was refunded before',
};

/** The texts of docs/states.md about the state machine of the checkout. */
export const CHECKOUT_BOOK: MachineBook = {
  title: 'The states of a checkout',
  source: 'src/machines/checkout.ts',
  machine: checkoutMachine,
  states,
  events,
  actions,
  guards,
  refusal: 'the state does not change, and the event is written to the history with\n`accepted = false`.',
  executor: '`src/workers/checkout/actions.ts` runs them in the transaction that stores the step.',
};
