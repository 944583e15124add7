import { reopenOrphanedCart } from '../../entities/cart/cart-status.ts';
import { markDocumentDueAgain } from '../../entities/invoice/due.ts';
import { overdueMonths, preparePartitionsFor } from '../../entities/monthly-tables.ts';
import { enqueue, idsInOutbox, recallCommand } from '../../entities/outbox/outbox.ts';
import { Payment } from '../../entities/payment/payment.ts';
import { recallProviderEvent } from '../../entities/payment/provider-event.ts';
import { releaseRedemptions } from '../../entities/pricing/redemption.ts';
import type { FoundDiscrepancy } from '../../entities/reconciliation/discrepancy.ts';
import { agreesWithLedger, followReservations, rewriteReservation } from '../../entities/reconciliation/stock.ts';
import { Review } from '../../entities/review/review.ts';
import { recountVotes } from '../../entities/review/votes-and-reports.ts';
import { release } from '../../entities/stock/stock.ts';
import { external } from '../../infra/database/external-call.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { issueDocuments } from '../../jobs/invoices.ts';
import { carryOutCommand } from '../../jobs/orders.ts';
import { askProvider, processProviderEvents } from '../../jobs/payments.ts';
import { moderateReview, recountReviews } from '../../jobs/reviews.ts';
import { type Intent, ProviderError, type ProviderRefund } from '../../ports/payments/port.ts';
import { advance, lockCheckout } from '../checkout/advance.ts';
import type { WorkerDeps } from '../deps.ts';
import { bookDashboardRefunds } from '../payments/dashboard-refunds.ts';
import { enqueueOperation } from '../payments/enqueue-operation.ts';
import { applyIntent } from '../payments/payment-facts.ts';
import { refundRest } from '../payments/second-charges-and-failed-refunds.ts';

/** A description of the action; null when the repair does not apply and a person has to act. */
type Action = string | null;

interface Inspected {
  intent?: Intent;
  refunds?: ProviderRefund[];
}

/** The implementation of a rule of src/domain/reconciliation.ts. */
export interface Repair {
  /** Reads from the provider, before the transaction. Changes nothing. */
  inspect?(deps: WorkerDeps, found: FoundDiscrepancy): Promise<Inspected>;
  /** Repairs what no transaction of ours can: money at the provider, tables. Runs after `inspect`, before `repair`. */
  repairOutside?(deps: WorkerDeps, found: FoundDiscrepancy & Inspected): Promise<void>;
  /** Repairs our rows in one transaction. */
  repair(deps: WorkerDeps, tx: Tx, found: FoundDiscrepancy & Inspected & { cause: string }): Promise<Action>;
}

/** Repairs that recount or moderate reviews again. */
const REVIEW_REPAIRS: Record<string, Repair> = {
  'reviews.statistics-are-their-reviews': {
    async repair({ queues }, tx) {
      enqueue(tx, queues, { contract: recountReviews, payload: {} });
      return 'recount enqueued';
    },
  },
  'reviews.helpful-are-their-votes': {
    repair: async (_deps, tx, found) => ((await recountVotes(tx, text(found, 'reviewId'))) ? 'votes recounted' : null),
  },
  'reviews.are-judged': {
    async repair({ queues }, tx, found) {
      const review = await tx.lock(Review, { id: text(found, 'reviewId') });
      if (review?.state !== 'pending') return 'moderated meanwhile';
      enqueue(tx, queues, { contract: moderateReview, payload: { reviewId: review.id, revision: review.revision } });
      return 'moderation enqueued';
    },
  },
};

const text = ({ facts }: FoundDiscrepancy, name: string): string => String(facts[name] ?? '');

const inspectIntent = async ({ provider }: WorkerDeps, found: FoundDiscrepancy): Promise<Inspected> => ({
  intent: await external('payments.ask', () => provider.retrieve(text(found, 'intentId'))),
});

export const REPAIRS: Record<string, Repair> = {
  ...REVIEW_REPAIRS,
  'checkouts.are-not-forgotten': { repair: resumeCheckout },
  'reservations.held-by-the-living': { repair: resumeCheckout },
  'outbox.is-delivered': {
    repair: async (_deps, tx, found) => ((await recallCommand(tx, text(found, 'id'))) ? 'command due now' : null),
  },
  'webhooks.are-processed': {
    async repair(deps, tx, found) {
      tx.afterCommit(() => deps.queues.nudge(processProviderEvents));
      return (await recallProviderEvent(tx, text(found, 'eventId'))) ? 'event due now' : null;
    },
  },
  'operations.are-decided': {
    async repair(deps, tx, found) {
      const operationId = text(found, 'operationId');
      const [waiting] = await tx.query(`select where $1 in ${idsInOutbox('operationId')}`, [operationId]);
      if (waiting) return 'its command is under way';
      enqueueOperation(deps, tx, { id: operationId });
      return 'operation enqueued';
    },
  },
  'orders.commands-are-decided': {
    async repair(deps, tx, found) {
      enqueue(tx, deps.queues, { contract: carryOutCommand, payload: { commandId: text(found, 'commandId') } });
      return 'command enqueued';
    },
  },
  'partitions.are-there-in-time': {
    repairOutside: ({ db }) => preparePartitionsFor(db, new Date()),
    repair: async (_deps, tx) => ((await overdueMonths(tx, tx.now)).length === 0 ? 'partitions created' : null),
  },
  'documents.are-issued': {
    async repair(deps, tx, found) {
      await markDocumentDueAgain(tx, { orderId: text(found, 'orderId'), refundId: text(found, 'refundId') || null });
      tx.afterCommit(() => deps.queues.nudge(issueDocuments));
      return 'document marked as due';
    },
  },
  'stock.reserved-is-held': {
    async repair(_deps, tx, found) {
      const variantId = text(found, 'variantId');
      if (await followReservations(tx, variantId)) return 'level set to the reservations';
      return (await agreesWithLedger(tx, variantId)) ? 'consistent meanwhile' : null;
    },
  },
  'stock.levels-are-their-movements': {
    async repair(_deps, tx, found) {
      const { onHand, movedOnHand } = found.facts;
      if (onHand !== movedOnHand) return null;
      const variantId = text(found, 'variantId');
      if (await followReservations(tx, variantId)) return 'level set to the reservations';
      return (await agreesWithLedger(tx, variantId)) ? 'consistent meanwhile' : null;
    },
  },
  'checkouts.hold-what-they-asked-for': {
    async repair(_deps, tx, found) {
      const ids = { checkoutId: text(found, 'checkoutId'), variantId: text(found, 'variantId') };
      const checkout = await lockCheckout(tx, ids.checkoutId);
      return checkout && (await rewriteReservation(tx, ids)) ? 'reservation rewritten' : null;
    },
  },
  'payments.without-order-go-back': { repair: placeOrRefund },
  'carts.belong-to-their-checkout': {
    repair: async (_deps, tx, found) =>
      (await reopenOrphanedCart(tx, text(found, 'cartId'))) ? 'cart reopened' : null,
  },
  'redemptions.follow-their-checkout': {
    async repair(_deps, tx, found) {
      const checkout = await lockCheckout(tx, text(found, 'checkoutId'));
      if (!checkout?.isOver || checkout.state === 'COMPLETED' || found.facts.status !== 'held') return null;
      await releaseRedemptions(tx, checkout.id);
      return 'discount use released';
    },
  },
  'provider.success-missed': { inspect: inspectIntent, repair: applyMissedSuccess },
  'provider.refund-missed': {
    inspect: async ({ provider }, found) => ({
      refunds: await external('payments.refunds', () => provider.refundsOf(text(found, 'intentId'))),
    }),
    async repair(deps, tx, { cause, refunds = [], ...found }) {
      const booked = await bookDashboardRefunds(deps, tx, { checkoutId: text(found, 'checkoutId'), refunds, cause });
      return booked > 0 ? `${booked} booked` : null;
    },
  },
  'provider.second-charge': {
    async inspect(deps, found) {
      const { provider } = deps;
      // Without a success of our own intent, the other intent is not a second charge.
      const ownIntent = await external('payments.ask', () => provider.retrieve(text(found, 'ourIntentId'))).catch(
        unlessRefused,
      );
      return ownIntent?.status === 'succeeded' ? inspectIntent(deps, found) : {};
    },
    async repairOutside({ provider }, { intent }) {
      if (intent) await refundRest(provider, intent);
    },
    repair: async (_deps, _tx, { intent }) => (intent ? 'second charge refunded' : null),
  },
};

/**
 * Returns undefined when the provider refuses, as for an unknown intent. Other errors may be temporary: rethrow them.
 */
const unlessRefused = (error: unknown): undefined => {
  if (error instanceof ProviderError && error.outcome === 'refused') return undefined;
  throw error;
};

/** Sends a stuck checkout its next event. Releases the reservations of a checkout that is over. */
async function resumeCheckout(deps: WorkerDeps, tx: Tx, found: FoundDiscrepancy & { cause: string }): Promise<Action> {
  const checkout = await lockCheckout(tx, text(found, 'checkoutId'));
  if (!checkout) return null;
  const { cause } = found;
  if (checkout.isOver) {
    await release(tx, checkout.id);
    return 'reservations released';
  }
  if (checkout.state === 'CREATED') {
    await advance(deps, tx, { checkout, event: { type: 'START' }, cause });
    return 'checkout started';
  }
  if (checkout.expiresAt != null && checkout.expiresAt <= tx.now) {
    await advance(deps, tx, { checkout, event: { type: 'EXPIRE' }, cause });
    return 'checkout expired';
  }
  const [payment] = await tx.find(Payment, { checkoutId: checkout.id });
  if (!payment) return null;
  enqueue(tx, deps.queues, { contract: askProvider, payload: { paymentId: payment.id } });
  return 'payment check enqueued';
}

/**
 * Sends a payment without an order to the checkout again: the checkout becomes an order, or the payment is refunded.
 */
async function placeOrRefund(deps: WorkerDeps, tx: Tx, found: FoundDiscrepancy & { cause: string }): Promise<Action> {
  const checkout = await lockCheckout(tx, text(found, 'checkoutId'));
  const [payment] = checkout ? await tx.find(Payment, { checkoutId: checkout.id }) : [];
  if (!checkout || !payment) return null;
  const event = { type: 'PAYMENT_SUCCEEDED', amount: payment.captured } as const;
  if (await advance(deps, tx, { checkout, event, cause: found.cause })) return `the checkout is ${checkout.state}`;
  const rest = payment.captured - payment.refundAsked;
  if (rest <= 0) return null;
  enqueueOperation(deps, tx, { id: payment.requestRefund(tx, rest) });
  return 'refund requested';
}

/** Applies a missed success to the checkout, under the checkout's lock. */
async function applyMissedSuccess(
  deps: WorkerDeps,
  tx: Tx,
  { cause, intent, ...found }: FoundDiscrepancy & Inspected & { cause: string },
): Promise<Action> {
  const checkout = await lockCheckout(tx, text(found, 'checkoutId'));
  const [payment] = checkout ? await tx.find(Payment, { checkoutId: checkout.id }) : [];
  if (!checkout || !payment || !intent) return null;
  if (payment.status === 'succeeded') return 'booked meanwhile';
  const isNew = await applyIntent(deps, tx, { checkout, payment, intent, cause });
  if (payment.captured === 0) return null;
  return isNew ? `booked; the checkout is ${checkout.state}` : 'booked';
}
