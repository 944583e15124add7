import { acknowledge } from '../../entities/outbox/outbox.ts';
import { recordAttempt } from '../../entities/payment/attempt.ts';
import { hasOpenOperation, type Operation } from '../../entities/payment/operation.ts';
import { type IntentFacts, Payment } from '../../entities/payment/payment.ts';
import {
  claimProviderEvents,
  closeProviderEvents,
  type OpenProviderEvent,
  postponeProviderEvents,
} from '../../entities/payment/provider-event.ts';
import { external } from '../../infra/database/external-call.ts';
import { groupedWork } from '../../infra/database/groups/grouped-work.ts';
import { type Tx, unitOfWork } from '../../infra/database/unit-of-work.ts';
import { errorFields, observe } from '../../infra/observability/log.ts';
import { inSpan } from '../../infra/observability/span.ts';
import { runWithTrace } from '../../infra/observability/trace.ts';
import { done, handler, noop } from '../../infra/queue/handler.ts';
import { askProvider, processProviderEvents } from '../../jobs/payments.ts';
import type { Intent } from '../../ports/payments/port.ts';
import { lockCheckout } from '../checkout/advance.ts';
import type { WorkerDeps } from '../deps.ts';
import { bookRefundEvent } from './dashboard-refunds.ts';
import { findIntent } from './operation.ts';
import { park } from './park.ts';
import { applyIntent } from './payment-facts.ts';
import {
  isSecondCharge,
  REFUND_FAILED,
  refundSecondCharge,
  revokeRefund,
} from './second-charges-and-failed-refunds.ts';

/** Events per round. After each round with work the next one starts at once. */
const BATCH = 100;
/** Events processed in parallel. */
const CONCURRENCY = 8;
/** How long an event waits for the answer of our own call, in milliseconds: usually the event reports that call. */
const ECHO_MS = 2_000;
const POSTPONE_MS = 250;
const AFTER_ERROR_MS = 5_000;

type UnsettledPayment = Pick<Operation, 'checkoutId' | 'intentId' | 'checkoutCreatedAt'>;

/**
 * Processes provider events, which may be duplicate, late and out of order. A success is final and is applied as it is.
 * For any other event the worker reads the current state from the provider. The inbox is the queue: a job processes all
 * waiting events.
 */
export const providerEventHandlers = (deps: WorkerDeps) => [
  handler(processProviderEvents, async () => {
    const events = await claimProviderEvents(deps.db.query, BATCH);
    const irrelevant = events.filter(isIrrelevant);
    if (irrelevant.length > 0) await closeProviderEvents(deps.db.query, irrelevant, 'known');
    const relevant = events.filter((event) => !isIrrelevant(event));
    const echoes = relevant.filter(isEcho);
    if (echoes.length > 0) await postponeProviderEvents(deps.db.query, echoes, POSTPONE_MS);
    const isAway = deps.provider.availability() === 'away';
    const unanswerable = relevant.filter((event) => isAway && !echoes.includes(event) && needsProvider(event));
    if (unanswerable.length > 0) await postponeProviderEvents(deps.db.query, unanswerable, AFTER_ERROR_MS);
    const rest = relevant.filter((event) => !echoes.includes(event) && !unanswerable.includes(event));
    while (rest.length > 0) await Promise.all(rest.splice(0, CONCURRENCY).map((event) => processEvent(deps, event)));
    if (events.length > irrelevant.length) deps.queues.nudge(processProviderEvents);
    return done;
  }),

  handler(askProvider, async ({ paymentId }, context) => {
    if (deps.provider.availability() === 'away') return park(deps, context);
    const { commandId } = context;
    const [payment] = await deps.db.query<UnsettledPayment>(
      `select p.checkout_id as "checkoutId", p.intent_id as "intentId", c.created_at as "checkoutCreatedAt"
        from payments p join checkouts c on c.id = p.checkout_id where p.id = $1`,
      [paymentId],
    );
    const intent = payment && (await readIntent(deps, payment));
    return unitOfWork(deps.db, askProvider.name, async (tx) => {
      if (!(await acknowledge(tx, commandId))) return noop('done before');
      if (!payment || !intent) return noop('no intent yet');
      const outcome = await applyUnderLock(deps, tx, { checkoutId: payment.checkoutId, intent, cause: commandId });
      return outcome === 'applied' ? done : noop(outcome);
    });
  }),
];

/** Whether an event brings nothing new, or belongs to another system. */
function isIrrelevant(event: OpenProviderEvent): boolean {
  const { payment, status, type } = event;
  if (payment === null) return true;
  if (type === REFUND_FAILED || isSecondCharge(event)) return false;
  if (event.refundId !== null && payment.status === 'succeeded') return event.isOurRefund;
  return payment.status === 'succeeded' || status === null;
}

/** Whether the answer of our own call is about to bring the same. */
const isEcho = ({ isBeingCalled, receivedAt }: OpenProviderEvent): boolean =>
  isBeingCalled && Date.now() - receivedAt.getTime() < ECHO_MS;

/** Whether the provider is called to process an event. */
const needsProvider = (event: OpenProviderEvent): boolean =>
  event.type !== REFUND_FAILED && (event.refundId !== null || event.status !== 'succeeded' || isSecondCharge(event));

/** Processes one event in the trace of its payment. Postpones the event after an error, so that it blocks no other. */
const processEvent = (deps: WorkerDeps, event: OpenProviderEvent): Promise<void> =>
  runWithTrace(event.trace, async () => {
    const { eventId, type } = event;
    const attributes = { 'messaging.message.id': eventId, 'provider_event.type': type };
    try {
      await inSpan('process provider event', { kind: 'consumer', attributes }, () => applyEvent(deps, event));
    } catch (error) {
      observe('provider_event.waits', { eventId, ...errorFields(error) });
      await postponeProviderEvents(deps.db.query, [event], AFTER_ERROR_MS);
    }
  });

async function applyEvent(deps: WorkerDeps, event: OpenProviderEvent): Promise<void> {
  const { eventId, status, intentId, checkoutId } = event;
  if (event.type === REFUND_FAILED) return revokeRefund(deps, event);
  if (event.refundId !== null) return bookRefundEvent(deps, event);
  if (isSecondCharge(event)) return refundSecondCharge(deps, event);
  const intent = status === 'succeeded' ? factsOf(event) : await retrieveIntent(deps, intentId);
  await groupedWork(deps.db, { name: processProviderEvents.name, key: checkoutId ?? eventId }, async (tx) => {
    const outcome = intent ? await applyUnderLock(deps, tx, { checkoutId, intent, cause: eventId }) : 'known';
    if (outcome === 'wait') return postponeProviderEvents(tx.query, [event], POSTPONE_MS);
    return closeProviderEvents(tx.query, [event], outcome);
  });
}

const factsOf = ({ intentId, amountReceived }: OpenProviderEvent): IntentFacts | undefined =>
  intentId === null
    ? undefined
    : { id: intentId, status: 'succeeded', amountReceived: amountReceived ?? 0, clientSecret: null, declineCode: null };

const readIntent = async (deps: WorkerDeps, payment: UnsettledPayment): Promise<Intent | null | undefined> =>
  payment.intentId
    ? retrieveIntent(deps, payment.intentId)
    : external('payments.ask', () => findIntent(deps.provider, payment));

async function retrieveIntent(deps: WorkerDeps, intentId: string | null): Promise<Intent | undefined> {
  return intentId === null ? undefined : external('payments.ask', () => deps.provider.retrieve(intentId));
}

async function applyUnderLock(
  deps: WorkerDeps,
  tx: Tx,
  at: { checkoutId: string | null; intent: IntentFacts; cause: string },
): Promise<'applied' | 'known' | 'wait'> {
  const checkout = at.checkoutId ? await lockCheckout(tx, at.checkoutId) : null;
  if (!checkout) return 'known';
  const [payment] = await tx.find(Payment, { checkoutId: checkout.id });
  if (!payment) return 'known';
  // While a call charges a method, any state except success may belong to the previous method.
  const isUnsuccessful = at.intent.status !== 'succeeded';
  if (isUnsuccessful && (await hasOpenOperation(tx, checkout.id, 'open', 'confirm'))) return 'wait';
  const isNew = await applyIntent(deps, tx, { checkout, payment, intent: at.intent, cause: at.cause });
  if (isNew) recordAttempt(tx, checkout.id, at.intent);
  return isNew ? 'applied' : 'known';
}
