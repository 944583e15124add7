import { acknowledge } from '../../entities/outbox/outbox.ts';
import { type IntentFacts, Payment } from '../../entities/payment/payment.ts';
import {
  claimProviderEvents,
  closeProviderEvents,
  type OpenProviderEvent,
  postponeProviderEvents,
} from '../../entities/payment/provider-event.ts';
import { external } from '../../infra/database/external.ts';
import { groupedWork } from '../../infra/database/groups/grouped-work.ts';
import { type Tx, unitOfWork } from '../../infra/database/unit-of-work.ts';
import { errorFields, observe } from '../../infra/observability/log.ts';
import { done, type Handler, handler, noop } from '../../infra/queue/worker.ts';
import { askProvider, processProviderEvents } from '../../jobs/payments.ts';
import type { Intent } from '../../ports/payments/port.ts';
import { lockCheckout } from '../checkout/advance.ts';
import type { WorkerDeps } from '../deps.ts';
import { noteRefunds } from './foreign-refunds.ts';
import { ATTEMPT_STATUS, CLOCK_SKEW_MS } from './operation.ts';
import { applyIntent } from './payment-facts.ts';
import { isForeign, isUnderWay, REFUND_FAILED, returnForeign, revokeRefund } from './returned-money.ts';

/** Events per round; a full round is followed by another at once. */
const BATCH = 100;
/** How many are worked on at once. */
const AT_ONCE = 8;
/** Usually an event is the echo of our own call: for so long, in milliseconds, it waits for that call's answer. */
const ECHO_MS = 2_000;
const PUT_OFF_MS = 250;
const AFTER_ERROR_MS = 5_000;

/**
 * Events of the provider come twice, late, and out of order. Success is final and is taken at its word; anything else
 * is only a reason to ask how things stand now. The inbox is their queue: a job works on all that wait.
 */
export const providerEventHandlers = (deps: WorkerDeps): Handler[] => [
  handler(processProviderEvents, async () => {
    const events = await claimProviderEvents(deps.db.query, BATCH);
    const known = events.filter(isKnown);
    if (known.length > 0) await closeProviderEvents(deps.db.query, known, 'known');
    const news = events.filter((event) => !isKnown(event));
    const echoes = news.filter(isEcho);
    if (echoes.length > 0) await postponeProviderEvents(deps.db.query, echoes, PUT_OFF_MS);
    const rest = news.filter((event) => !echoes.includes(event));
    while (rest.length > 0) await Promise.all(rest.splice(0, AT_ONCE).map((event) => workOn(deps, event)));
    if (events.length > known.length) deps.queues.nudge(processProviderEvents);
    return done;
  }),

  handler(askProvider, async ({ paymentId }, { commandId }) => {
    const [payment] = await deps.db.query<{ checkoutId: string; intentId: string | null; createdAt: Date }>(
      `select checkout_id as "checkoutId", intent_id as "intentId", created_at as "createdAt" from payments where id = $1`,
      [paymentId],
    );
    const intent = payment?.intentId ? await ask(deps, payment.intentId) : payment && (await find(deps, payment));
    return unitOfWork(deps.db, askProvider.name, async (tx) => {
      if (!(await acknowledge(tx, commandId))) return noop('done before');
      if (!payment || !intent) return noop('no intent yet');
      const news = await apply(deps, tx, { checkoutId: payment.checkoutId, intent, cause: commandId });
      return news === 'applied' ? done : noop(news);
    });
  }),
];

/** Nothing that we do not know, or nothing of ours. */
function isKnown(event: OpenProviderEvent): boolean {
  const { payment, status, type } = event;
  if (payment === null) return true;
  if (type === REFUND_FAILED || isForeign(event)) return false;
  if (event.refundId !== null && payment.status === 'succeeded') return event.isOurRefund;
  return payment.status === 'succeeded' || status === null;
}

/** What our own call is about to tell as well. */
const isEcho = ({ isBeingCalled, receivedAt }: OpenProviderEvent): boolean =>
  isBeingCalled && Date.now() - receivedAt.getTime() < ECHO_MS;

/** One event that cannot be worked on now must not hold up the others: it is put off and comes round again. */
async function workOn(deps: WorkerDeps, event: OpenProviderEvent): Promise<void> {
  const { eventId, status, intentId, checkoutId } = event;
  try {
    if (event.type === REFUND_FAILED) return await revokeRefund(deps, event);
    if (event.refundId !== null) return await noteRefunds(deps, event);
    if (isForeign(event)) return await returnForeign(deps, event);
    const intent = status === 'succeeded' ? factsOf(event) : await ask(deps, intentId);
    await groupedWork(deps.db, { name: processProviderEvents.name, key: checkoutId ?? eventId }, async (tx) => {
      const news = intent ? await apply(deps, tx, { checkoutId, intent, cause: eventId }) : 'known';
      if (news === 'wait') return postponeProviderEvents(tx.query, [event], PUT_OFF_MS);
      return closeProviderEvents(tx.query, [event], news);
    });
  } catch (error) {
    observe('notice.waits', { eventId, ...errorFields(error) });
    await postponeProviderEvents(deps.db.query, [event], AFTER_ERROR_MS);
  }
}

const factsOf = ({ intentId, amountReceived }: OpenProviderEvent): IntentFacts | undefined =>
  intentId === null
    ? undefined
    : { id: intentId, status: 'succeeded', amountReceived: amountReceived ?? 0, clientSecret: null, declineCode: null };

async function ask(deps: WorkerDeps, intentId: string | null): Promise<Intent | undefined> {
  return intentId === null ? undefined : external('payments.ask', () => deps.provider.retrieve(intentId));
}

/** Asks for the intent of a payment whose opening was never answered. */
async function find(
  { provider }: WorkerDeps,
  at: { checkoutId: string; createdAt: Date },
): Promise<Intent | undefined> {
  const since = new Date(at.createdAt.getTime() - CLOCK_SKEW_MS);
  return (await external('payments.ask', () => provider.find(at.checkoutId, since))) ?? undefined;
}

async function apply(
  deps: WorkerDeps,
  tx: Tx,
  at: { checkoutId: string | null; intent: IntentFacts; cause: string },
): Promise<'applied' | 'known' | 'wait'> {
  const checkout = at.checkoutId ? await lockCheckout(tx, at.checkoutId) : null;
  if (!checkout) return 'known';
  const [payment] = await tx.find(Payment, { checkoutId: checkout.id });
  if (!payment) return 'known';
  // While a method is being charged, anything but success may be about the method before it.
  const isNoSuccess = at.intent.status !== 'succeeded';
  if (isNoSuccess && (await isUnderWay(tx, checkout.id, 'open', 'confirm'))) return 'wait';
  const isNews = await applyIntent(deps, tx, { checkout, payment, intent: at.intent, cause: at.cause });
  if (isNews) recordAttempt(tx, checkout.id, at.intent);
  return isNews ? 'applied' : 'known';
}

const recordAttempt = (tx: Tx, checkoutId: string, { status, declineCode }: IntentFacts): void =>
  tx.send(
    `update payment_attempts set status = $2, decline_code = $3
      where checkout_id = $1 and attempt = (select max(attempt) from payment_attempts where checkout_id = $1)`,
    [checkoutId, ATTEMPT_STATUS[status], declineCode],
  );
