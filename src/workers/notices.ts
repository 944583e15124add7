import { acknowledge } from '../entities/outbox.ts';
import { type IntentFacts, Payment } from '../entities/payment.ts';
import { closeNotice, type Notice } from '../entities/webhook-inbox.ts';
import { external } from '../infra/external.ts';
import { type Tx, unitOfWork } from '../infra/unit-of-work.ts';
import { done, type Handler, handler, noop, type Outcome, snooze } from '../infra/worker.ts';
import { askProvider, processNotice } from '../jobs/payments.ts';
import type { Intent } from '../ports/payments/port.ts';
import { lockCheckout } from './advance.ts';
import type { WorkerDeps } from './deps.ts';
import { ATTEMPT_STATUS } from './operation.ts';
import { applyIntent } from './payment-facts.ts';

/** A stored event with what we know of its payment already. */
interface Known extends Notice {
  paymentId: string | null;
  paymentStatus: string | null;
  paymentCheckoutId: string | null;
  /** A call about this payment is under way, whose answer says the same. */
  isBeingCalled: boolean;
}

/** Long enough for the answer of the call that caused an event to be stored, in milliseconds. */
const AFTER_THE_CALL_MS = 300;

/**
 * Events of the provider come twice, late, and out of order. Success is final and is taken at its word; anything else
 * is only a reason to ask how things stand now.
 */
export const noticeHandlers = (deps: WorkerDeps): Handler[] => [
  handler(processNotice, async (key, { commandId, starts }) => {
    const event = { ...key, commandId };
    const notice = await loadNotice(deps, key);
    if (!notice?.paymentId) return dismiss(deps, event, 'not a payment of ours');
    if (notice.paymentStatus === 'succeeded' || notice.status === null) return dismiss(deps, event, 'known');
    // Usually an event is the echo of our own call: waiting for its answer saves both from queueing for one lock.
    if (notice.isBeingCalled && starts === 1) return snooze(AFTER_THE_CALL_MS);
    const intent = notice.status === 'succeeded' ? factsOf(notice) : await ask(deps, notice.intentId);
    if (!intent) return dismiss(deps, event, 'no intent');
    return unitOfWork(deps.db, processNotice.name, async (tx) => {
      const isNews = await apply(deps, tx, { checkoutId: notice.paymentCheckoutId, intent, cause: key.eventId });
      await closeNotice(tx.query, event, isNews ? 'applied' : 'known');
      return done;
    });
  }),

  handler(askProvider, async ({ paymentId }, { commandId, starts }) => {
    const [payment] = await deps.db.query<{ checkoutId: string; intentId: string | null }>(
      `select checkout_id as "checkoutId", intent_id as "intentId" from payments where id = $1`,
      [paymentId],
    );
    const intent = await ask(deps, payment?.intentId ?? null);
    if (!intent && starts < 3) return snooze(1_000);
    return unitOfWork(deps.db, askProvider.name, async (tx) => {
      if (!(await acknowledge(tx, commandId))) return noop('done before');
      if (!payment || !intent) return noop('no intent yet');
      const isNews = await apply(deps, tx, { checkoutId: payment.checkoutId, intent, cause: commandId });
      return isNews ? done : noop('known');
    });
  }),
];

async function loadNotice(deps: WorkerDeps, key: { provider: string; eventId: string }): Promise<Known | undefined> {
  const [row] = await deps.db.query<Known>(
    `select i.provider, i.event_id as "eventId", i.type, i.created_at as "createdAt", i.intent_id as "intentId",
        i.checkout_id as "checkoutId", i.status, i.amount_received as "amountReceived", i.refund_id as "refundId",
        p.id as "paymentId", p.status as "paymentStatus", p.checkout_id as "paymentCheckoutId",
        exists (select 1 from payment_operations o where o.payment_id = p.id and o.status = 'pending') as "isBeingCalled"
      from webhook_inbox i left join payments p on p.intent_id = i.intent_id
        or (p.intent_id is null and p.checkout_id = i.checkout_id)
      where i.provider = $1 and i.event_id = $2`,
    [key.provider, key.eventId],
  );
  return row;
}

const factsOf = ({ intentId, amountReceived }: Known): IntentFacts | undefined =>
  intentId === null
    ? undefined
    : { id: intentId, status: 'succeeded', amountReceived: amountReceived ?? 0, clientSecret: null, declineCode: null };

async function ask(deps: WorkerDeps, intentId: string | null): Promise<Intent | undefined> {
  return intentId === null ? undefined : external('payments.ask', () => deps.provider.retrieve(intentId));
}

async function dismiss(
  { db }: WorkerDeps,
  event: { provider: string; eventId: string; commandId: string },
  outcome: string,
): Promise<Outcome> {
  await closeNotice(db.query, event, outcome);
  return noop(outcome);
}

async function apply(
  deps: WorkerDeps,
  tx: Tx,
  at: { checkoutId: string | null; intent: IntentFacts; cause: string },
): Promise<boolean> {
  const checkout = at.checkoutId ? await lockCheckout(tx, at.checkoutId) : null;
  if (!checkout) return false;
  const [payment] = await tx.find(Payment, { checkoutId: checkout.id });
  if (!payment) return false;
  const isNews = await applyIntent(deps, tx, { checkout, payment, intent: at.intent, cause: at.cause });
  if (isNews) await recordAttempt(tx, checkout.id, at.intent);
  return isNews;
}

const recordAttempt = (tx: Tx, checkoutId: string, { status, declineCode }: IntentFacts): Promise<object[]> =>
  tx.query(
    `update payment_attempts set status = $2, decline_code = $3
      where checkout_id = $1 and attempt = (select max(attempt) from payment_attempts where checkout_id = $1)`,
    [checkoutId, ATTEMPT_STATUS[status], declineCode],
  );
