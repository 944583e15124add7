import type { EventType } from '../../domain/events.ts';
import { CHECKOUT_TERMINAL_STATES, type CheckoutState } from '../../domain/states.ts';
import { markCartOrdered, reopenCartAfter } from '../../entities/cart/cart-status.ts';
import type { Checkout } from '../../entities/checkout/checkout.ts';
import { latestAttempt } from '../../entities/payment/attempt.ts';
import { Payment } from '../../entities/payment/payment.ts';
import { consumeRedemptions, releaseRedemptions } from '../../entities/pricing/redemption.ts';
import { consume, demandOf, extendReservations, release, reserve } from '../../entities/stock/stock.ts';
import { subscriptionsTo } from '../../entities/webhook/announce.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { CheckoutAction, CheckoutEvent } from '../../machines/checkout.ts';
import type { WorkerDeps } from '../deps.ts';
import { requestInvoice } from '../invoices/request-document.ts';
import { announce, announceTo } from '../notifications/announce.ts';
import { sendEmail } from '../notifications/order-emails.ts';
import { enqueueOperation } from '../payments/enqueue-operation.ts';
import { refuseLatePayment } from './late-payment.ts';
import { loadPriced, placeOrder } from './place-order.ts';
import { type CheckoutRequest, loadRequest, priceCheckout } from './pricing.ts';

interface ActionContext {
  checkout: Checkout;
  /** The state before the event that requested this action. */
  from: CheckoutState;
  /** What the checkout orders, if it was read together with its lock. */
  request?: CheckoutRequest | undefined;
}

type Perform = (deps: WorkerDeps, tx: Tx, context: ActionContext) => Promise<CheckoutEvent | undefined>;

/** The webhook event for each state in which a checkout ends without an order. */
const END_EVENTS: Partial<Record<CheckoutState, EventType>> = {
  EXPIRED: 'checkout.expired',
  CANCELLED: 'checkout.cancelled',
  FAILED: 'checkout.failed',
};

/** Executes each action of the machine on the database. A result is the machine's next event. */
export const ACTIONS: Record<CheckoutAction, Perform> = {
  reserve: priceAndReserve,
  extendHold,
  openPayment,
  confirmPayment,
  createOrder,
  closeCart,
  release: async (deps, tx, { checkout }) => {
    // Guests get no e-mail: their address is not verified, so anybody could make the shop send mail to a stranger.
    if (checkout.state === 'EXPIRED' && checkout.customerId)
      sendEmail(deps, tx, { letter: 'checkout-expired', id: checkout.id });
    const type = END_EVENTS[checkout.state];
    if (type)
      await announce(deps, tx, {
        type,
        data: { checkoutId: checkout.id, cartId: checkout.cartId, reason: checkout.reason },
      });
    await releaseRedemptions(tx, checkout.id);
    await release(tx, checkout.id);
    return undefined;
  },
  cancelPayment,
  reopenCart,
  refundPayment,
};

async function priceAndReserve(deps: WorkerDeps, tx: Tx, { checkout, request }: ActionContext): Promise<CheckoutEvent> {
  const { attempt, ...ordered } = request ?? (await loadRequest(tx, checkout.id));
  const priced = await priceCheckout(deps, tx, { checkout, ...ordered });
  if ('reason' in priced) return { type: 'REFUSED', ...priced };
  const { total } = priced.output.totals;
  const holdMs = attempt !== undefined ? deps.holdMs.withMethod : deps.holdMs.withoutMethod;
  const expiresAt = new Date(tx.now.getTime() + holdMs);
  const [shortage] = await reserve(tx, { checkoutId: checkout.id, expiresAt }, demandOf(priced.output.lines));
  if (shortage) return { type: 'REFUSED', reason: 'INSUFFICIENT_INVENTORY', details: { ...shortage } };
  checkout.fixPrice(tx, priced, expiresAt);
  return { type: 'RESERVED', total };
}

/** Extends the hold to the full time after the start of the checkout, once the customer has given a payment method. */
async function extendHold(deps: WorkerDeps, tx: Tx, { checkout }: ActionContext): Promise<undefined> {
  const until = new Date(checkout.createdAt.getTime() + deps.holdMs.withMethod);
  if (checkout.extend(until, tx.now)) await extendReservations(tx, checkout.id, until);
}

async function openPayment(
  deps: WorkerDeps,
  tx: Tx,
  { checkout, request }: ActionContext,
): Promise<CheckoutEvent | undefined> {
  const { id: checkoutId, total, currency, createdAt: checkoutCreatedAt } = checkout;
  if (!total) {
    // The order consumes the reservation in this same transaction, so the reservation must be written first.
    await tx.write();
    return { type: 'PAYMENT_SKIPPED' };
  }
  const method = request?.attempt?.method ?? null;
  const operation = Payment.open(tx, { checkoutId, checkoutCreatedAt, amount: total, currency, method });
  // Without the request the method is not known here.
  const facts = request && operation;
  enqueueOperation(deps, tx, { id: operation.id, facts });
  return undefined;
}

async function confirmPayment(deps: WorkerDeps, tx: Tx, { checkout }: ActionContext): Promise<undefined> {
  const payment = await Payment.of(tx, checkout.id);
  const latest = await latestAttempt(tx, checkout.id);
  if (latest === undefined) throw new Error(`checkout ${checkout.id} has no attempt to confirm`);
  enqueueOperation(deps, tx, { id: payment.requestOperation(tx, { kind: 'confirm', attempt: latest.attempt }) });
}

async function cancelPayment(deps: WorkerDeps, tx: Tx, { checkout }: ActionContext): Promise<undefined> {
  const [payment] = await tx.find(Payment, { checkoutId: checkout.id });
  if (!payment || payment.isSettled) return;
  enqueueOperation(deps, tx, { id: payment.requestOperation(tx, { kind: 'cancel' }) });
}

async function refundPayment(deps: WorkerDeps, tx: Tx, { checkout }: ActionContext): Promise<undefined> {
  const payment = await Payment.of(tx, checkout.id);
  enqueueOperation(deps, tx, { id: payment.requestRefund(tx, payment.captured - payment.refunded) });
  sendEmail(deps, tx, { letter: 'payment-returned', id: checkout.id });
}

/** Places the order, if the goods are in stock and a late payment may still have one. */
async function createOrder(deps: WorkerDeps, tx: Tx, { checkout, from }: ActionContext): Promise<CheckoutEvent> {
  const refusal = CHECKOUT_TERMINAL_STATES.includes(from) ? await refuseLatePayment(tx, checkout) : null;
  if (refusal) return refusal;
  // Sent together, and run in this order: a customer waits for each answer that is waited for.
  const [[shortage], priced, subscriptions] = await Promise.all([
    consume(tx, checkout.id),
    loadPriced(tx, checkout),
    subscriptionsTo(tx, 'order.confirmed'),
  ]);
  if (shortage) return { type: 'ORDER_REFUSED', reason: 'PAID_BUT_OUT_OF_STOCK', details: { ...shortage } };
  const { discounts } = placeOrder(tx, checkout, priced);
  if (discounts.length > 0) consumeRedemptions(tx, checkout.id);
  sendEmail(deps, tx, { letter: 'order-confirmed', id: checkout.orderId });
  const data = { orderId: checkout.orderId, checkoutId: checkout.id };
  announceTo(deps, tx, { type: 'order.confirmed', data, subscriptions });
  requestInvoice(deps, tx, checkout.orderId);
  return { type: 'ORDER_STORED' };
}

async function closeCart(_deps: WorkerDeps, tx: Tx, { checkout }: ActionContext): Promise<CheckoutEvent> {
  markCartOrdered(tx, checkout.cartId);
  return { type: 'CART_CLOSED' };
}

async function reopenCart(_deps: WorkerDeps, tx: Tx, { checkout }: ActionContext): Promise<undefined> {
  reopenCartAfter(tx, checkout);
}
