import { invoiceDueAgain } from '../../entities/invoice/due.ts';
import { overdueMonths, preparePartitionsFor } from '../../entities/monthly-tables.ts';
import { enqueue } from '../../entities/outbox/outbox.ts';
import { Payment } from '../../entities/payment/payment.ts';
import { releaseRedemptions } from '../../entities/pricing/redemption.ts';
import type { Discrepancy } from '../../entities/reconciliation/discrepancy.ts';
import { agreesWithLedger, followReservations, rewriteReservation } from '../../entities/reconciliation/stock.ts';
import { lockReview } from '../../entities/review/review.ts';
import { release } from '../../entities/stock/stock.ts';
import { external } from '../../infra/database/external.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { issueDocuments } from '../../jobs/invoices.ts';
import { carryOutCommand } from '../../jobs/orders.ts';
import { askProvider, executeOperation, processProviderEvents } from '../../jobs/payments.ts';
import { moderateReview, recountReviews } from '../../jobs/reviews.ts';
import { type Intent, ProviderError, type Refund } from '../../ports/payments/port.ts';
import { advance, lockCheckout } from '../checkout/advance.ts';
import type { WorkerDeps } from '../deps.ts';
import { bookForeignRefunds } from '../payments/foreign-refunds.ts';
import { applyIntent } from '../payments/payment-facts.ts';

/** What was done, in words; null when the rule does not fit and a person has to look. */
type Done = string | null;

interface Seen {
  intent?: Intent;
  refunds?: Refund[];
}

/** What a rule of src/domain/reconciliation.ts comes to in rows. */
export interface Remedy {
  /** Asks the provider, before the transaction. */
  look?(deps: WorkerDeps, found: Discrepancy): Promise<Seen>;
  heal(deps: WorkerDeps, tx: Tx, found: Discrepancy & Seen & { cause: string }): Promise<Done>;
}

/** Reviews are counted and judged anew. */
const REVIEW_REMEDIES: Record<string, Remedy> = {
  'reviews.statistics-are-their-reviews': {
    async heal({ queues }, tx) {
      enqueue(tx, queues, { contract: recountReviews, payload: {} });
      return 'counted anew';
    },
  },
  'reviews.helpful-are-their-votes': {
    heal: (_deps, tx, found) =>
      again(tx, {
        sql: `update reviews r set helpful = (select count(*) from review_votes where review_id = r.id)
          where id = (select id from reviews where id = $1 for update) returning id`,
        id: text(found, 'reviewId'),
        done: 'counted anew',
      }),
  },
  'reviews.are-judged': {
    async heal({ queues }, tx, found) {
      const review = await lockReview(tx, text(found, 'reviewId'));
      if (review?.state !== 'pending') return 'judged meanwhile';
      enqueue(tx, queues, { contract: moderateReview, payload: { reviewId: review.id, revision: review.revision } });
      return 'handed to moderation';
    },
  },
};

const text = ({ facts }: Discrepancy, name: string): string => String(facts[name] ?? '');

const seeIntent: Remedy['look'] = async ({ provider }, found) => ({
  intent: await external('payments.ask', () => provider.retrieve(text(found, 'intentId'))),
});

const again = async (tx: Tx, { sql, id, done }: { sql: string; id: string; done: string }): Promise<Done> =>
  (await tx.query(sql, [id])).length > 0 ? done : null;

export const REMEDIES: Record<string, Remedy> = {
  ...REVIEW_REMEDIES,
  'checkouts.are-not-forgotten': { heal: wakeCheckout },
  'reservations.held-by-the-living': { heal: wakeCheckout },
  'outbox.is-delivered': {
    heal: (_deps, tx, found) =>
      again(tx, {
        sql: `update outbox set due_at = now() where id = $1 returning id`,
        id: text(found, 'id'),
        done: 'due at once',
      }),
  },
  'webhooks.are-processed': {
    async heal(deps, tx, found) {
      tx.afterCommit(() => deps.queues.nudge(processProviderEvents));
      const sql = `update webhook_inbox set due_at = now() where event_id = $1 and processed_at is null returning event_id`;
      return again(tx, { sql, id: text(found, 'eventId'), done: 'due at once' });
    },
  },
  'operations.are-decided': {
    async heal(deps, tx, found) {
      enqueue(tx, deps.queues, { contract: executeOperation, payload: { operationId: text(found, 'operationId') } });
      return 'carried out again';
    },
  },
  'orders.commands-are-decided': {
    async heal(deps, tx, found) {
      enqueue(tx, deps.queues, { contract: carryOutCommand, payload: { commandId: text(found, 'commandId') } });
      return 'handed to its worker again';
    },
  },
  'partitions.are-there-in-time': {
    async look({ db }) {
      await preparePartitionsFor(db, new Date());
      return {};
    },
    heal: async (_deps, tx) => ((await overdueMonths(tx, tx.now)).length === 0 ? 'made' : null),
  },
  'documents.are-issued': {
    async heal(deps, tx, found) {
      await invoiceDueAgain(tx, { orderId: text(found, 'orderId'), refundId: text(found, 'refundId') || null });
      tx.afterCommit(() => deps.queues.nudge(issueDocuments));
      return 'noted as due';
    },
  },
  'stock.reserved-is-held': {
    async heal(_deps, tx, found) {
      const variantId = text(found, 'variantId');
      if (await followReservations(tx, variantId)) return 'the level follows the reservations';
      return (await agreesWithLedger(tx, variantId)) ? 'it agrees again' : null;
    },
  },
  'stock.levels-are-their-movements': {
    async heal(_deps, tx, found) {
      const { onHand, movedOnHand } = found.facts;
      if (onHand !== movedOnHand) return null;
      const variantId = text(found, 'variantId');
      if (await followReservations(tx, variantId)) return 'the level follows the reservations';
      return (await agreesWithLedger(tx, variantId)) ? 'it agrees again' : null;
    },
  },
  'checkouts.hold-what-they-asked-for': {
    async heal(_deps, tx, found) {
      const ids = { checkoutId: text(found, 'checkoutId'), variantId: text(found, 'variantId') };
      const checkout = await lockCheckout(tx, ids.checkoutId);
      return checkout && (await rewriteReservation(tx, ids)) ? 'the reservation is written again' : null;
    },
  },
  'payments.without-order-go-back': { heal: tellOfMoney },
  'carts.belong-to-their-checkout': {
    heal: (_deps, tx, found) =>
      again(tx, {
        sql: `update carts set status = 'open', version = version + 1, updated_at = now() where id = $1 and status = 'checkout'
          and not exists (select 1 from checkouts where cart_id = $1 and state not in ('EXPIRED', 'CANCELLED', 'FAILED')) returning id`,
        id: text(found, 'cartId'),
        done: 'the cart is open again',
      }),
  },
  'redemptions.follow-their-checkout': {
    async heal(_deps, tx, found) {
      const checkout = await lockCheckout(tx, text(found, 'checkoutId'));
      if (!checkout?.isOver || checkout.state === 'COMPLETED' || found.facts.status !== 'held') return null;
      await releaseRedemptions(tx, checkout.id);
      return 'the use is given back';
    },
  },
  'provider.success-missed': { look: seeIntent, heal: takeIntent },
  'provider.refund-missed': {
    look: async ({ provider }, found) => ({
      refunds: await external('payments.refunds', () => provider.refundsOf(text(found, 'intentId'))),
    }),
    async heal(deps, tx, { cause, refunds = [], ...found }) {
      const booked = await bookForeignRefunds(deps, tx, { checkoutId: text(found, 'checkoutId'), refunds, cause });
      return booked > 0 ? `${booked} booked` : null;
    },
  },
  'provider.second-charge': {
    async look({ provider }, found) {
      // Were ours not the one that was paid, this one would be no second.
      const ours = await external('payments.ask', () => provider.retrieve(text(found, 'ourIntentId'))).catch(
        unlessRefused,
      );
      if (ours?.status !== 'succeeded') return {};
      const intentId = text(found, 'intentId');
      const intent = await external('payments.ask', () => provider.retrieve(intentId));
      const amount = intent.amountReceived - intent.amountRefunded;
      const name = `return-${intentId}`;
      if (amount > 0)
        await external('payments.refund', () => provider.refund({ intentId, amount, key: name, reference: name }));
      return { intent };
    },
    heal: async (_deps, _tx, { intent }) => (intent ? 'it goes back' : null),
  },
};

/** An intent that the provider does not know is an answer; anything else may be different the next time. */
const unlessRefused = (error: unknown): undefined => {
  if (error instanceof ProviderError && error.outcome === 'refused') return undefined;
  throw error;
};

/** A checkout that does not move gets the event that it waits for; one that is over gives back what it holds. */
async function wakeCheckout(deps: WorkerDeps, tx: Tx, found: Discrepancy & { cause: string }): Promise<Done> {
  const checkout = await lockCheckout(tx, text(found, 'checkoutId'));
  if (!checkout) return null;
  const { cause } = found;
  if (checkout.isOver) {
    await release(tx, checkout.id);
    return 'what it held is given back';
  }
  if (checkout.state === 'CREATED') {
    await advance(deps, tx, { checkout, event: { type: 'START' }, cause });
    return 'started';
  }
  if (checkout.expiresAt != null && checkout.expiresAt <= tx.now) {
    await advance(deps, tx, { checkout, event: { type: 'EXPIRE' }, cause });
    return 'ended';
  }
  const [payment] = await tx.find(Payment, { checkoutId: checkout.id });
  if (!payment) return null;
  enqueue(tx, deps.queues, { contract: askProvider, payload: { paymentId: payment.id } });
  return 'the provider is asked';
}

/** Money without an order finds one, or goes back: whatever the checkout's machine says now. */
async function tellOfMoney(deps: WorkerDeps, tx: Tx, found: Discrepancy & { cause: string }): Promise<Done> {
  const checkout = await lockCheckout(tx, text(found, 'checkoutId'));
  const [payment] = checkout ? await tx.find(Payment, { checkoutId: checkout.id }) : [];
  if (!checkout || !payment) return null;
  const event = { type: 'PAYMENT_SUCCEEDED', amount: payment.captured } as const;
  if (await advance(deps, tx, { checkout, event, cause: found.cause })) return `the checkout is ${checkout.state}`;
  const rest = payment.captured - payment.refundAsked;
  if (rest <= 0) return null;
  const operationId = payment.request(tx, { kind: 'refund', amount: rest });
  enqueue(tx, deps.queues, { contract: executeOperation, payload: { operationId } });
  return 'it goes back';
}

/** The success that we never heard of, taken in under the checkout's lock like any other news. */
async function takeIntent(
  deps: WorkerDeps,
  tx: Tx,
  { cause, intent, ...found }: Discrepancy & Seen & { cause: string },
): Promise<Done> {
  const checkout = await lockCheckout(tx, text(found, 'checkoutId'));
  const [payment] = checkout ? await tx.find(Payment, { checkoutId: checkout.id }) : [];
  if (!checkout || !payment || !intent) return null;
  if (payment.status === 'succeeded') return 'heard of meanwhile';
  const isNews = await applyIntent(deps, tx, { checkout, payment, intent, cause });
  if (payment.captured === 0) return null;
  return isNews ? `booked; the checkout is ${checkout.state}` : 'booked';
}
