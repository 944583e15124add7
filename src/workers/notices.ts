import { acknowledge } from '../entities/outbox.ts';
import { type IntentFacts, Payment } from '../entities/payment.ts';
import { closeNotices, loadNotices, type OpenNotice, postponeNotice } from '../entities/webhook-inbox.ts';
import { external } from '../infra/external.ts';
import { errorFields, observe } from '../infra/log.ts';
import { type Tx, unitOfWork } from '../infra/unit-of-work.ts';
import { done, type Handler, handler, noop } from '../infra/worker.ts';
import { askProvider, processNotices } from '../jobs/payments.ts';
import type { Intent } from '../ports/payments/port.ts';
import { lockCheckout } from './advance.ts';
import type { WorkerDeps } from './deps.ts';
import { ATTEMPT_STATUS } from './operation.ts';
import { applyIntent } from './payment-facts.ts';

/** Events per round; a full round is followed by another at once. */
const BATCH = 200;
/** Usually an event is the echo of our own call: for so long, in milliseconds, it waits for that call's answer. */
const ECHO_MS = 2_000;
const PUT_OFF_MS = 250;
const REFUND_FAILED = 'refund.failed';
const AFTER_ERROR_MS = 5_000;

/**
 * Events of the provider come twice, late, and out of order. Success is final and is taken at its word; anything else
 * is only a reason to ask how things stand now. The inbox is their queue: a job works on all that wait.
 */
export const noticeHandlers = (deps: WorkerDeps): Handler[] => [
  handler(processNotices, async () => {
    const notices = await loadNotices(deps.db.query, BATCH);
    const known = notices.filter(isKnown);
    if (known.length > 0) await closeNotices(deps.db.query, known, 'known');
    for (const notice of notices) if (!isKnown(notice)) await workOn(deps, notice);
    if (notices.length > known.length) deps.queues.nudge(processNotices);
    return done;
  }),

  handler(askProvider, async ({ paymentId }, { commandId }) => {
    const [payment] = await deps.db.query<{ checkoutId: string; intentId: string | null }>(
      `select checkout_id as "checkoutId", intent_id as "intentId" from payments where id = $1`,
      [paymentId],
    );
    const intent = await ask(deps, payment?.intentId ?? null);
    return unitOfWork(deps.db, askProvider.name, async (tx) => {
      if (!(await acknowledge(tx, commandId))) return noop('done before');
      if (!payment || !intent) return noop('no intent yet');
      const news = await apply(deps, tx, { checkoutId: payment.checkoutId, intent, cause: commandId });
      return news === 'applied' ? done : noop(news);
    });
  }),
];

/** Nothing that we do not know, or nothing of ours. */
const isKnown = ({ payment, status, type }: OpenNotice): boolean =>
  payment === null || (type !== REFUND_FAILED && (payment.status === 'succeeded' || status === null));

/** One event that cannot be worked on now must not hold up the others: it is put off and comes round again. */
async function workOn(deps: WorkerDeps, notice: OpenNotice): Promise<void> {
  const { eventId, status, intentId, checkoutId } = notice;
  const isEcho = notice.isBeingCalled && Date.now() - notice.receivedAt.getTime() < ECHO_MS;
  if (isEcho) return postponeNotice(deps.db.query, notice, PUT_OFF_MS);
  try {
    if (notice.type === REFUND_FAILED) return await revokeRefund(deps, notice);
    const intent = status === 'succeeded' ? factsOf(notice) : await ask(deps, intentId);
    await unitOfWork(deps.db, processNotices.name, async (tx) => {
      const news = intent ? await apply(deps, tx, { checkoutId, intent, cause: eventId }) : 'known';
      if (news === 'wait') return postponeNotice(tx.query, notice, PUT_OFF_MS);
      return closeNotices(tx.query, [notice], news);
    });
  } catch (error) {
    observe('notice.waits', { eventId, ...errorFields(error) });
    await postponeNotice(deps.db.query, notice, AFTER_ERROR_MS);
  }
}

/** The customer still waits for this money: `bin/verify` names it until a person has seen to it. */
const revokeRefund = (deps: WorkerDeps, notice: OpenNotice): Promise<void> =>
  unitOfWork(deps.db, processNotices.name, async (tx) => {
    await lockCheckout(tx, notice.checkoutId ?? '');
    const [failed] = await tx.query<{ paymentId: string; amount: number }>(
      `update payment_operations set status = 'refused', error = 'REFUND_FAILED'
        where reference = $1 and kind = 'refund' and status = 'done' returning payment_id as "paymentId", amount`,
      [notice.refundId],
    );
    const [payment] = failed ? await tx.find(Payment, { id: failed.paymentId }) : [];
    payment?.revokeRefund(failed?.amount ?? 0, tx.now);
    observe('payment.refund.failed', { refundId: notice.refundId, checkoutId: notice.checkoutId });
    await closeNotices(tx.query, [notice], failed ? 'applied' : 'known');
  });

const factsOf = ({ intentId, amountReceived }: OpenNotice): IntentFacts | undefined =>
  intentId === null
    ? undefined
    : { id: intentId, status: 'succeeded', amountReceived: amountReceived ?? 0, clientSecret: null, declineCode: null };

async function ask(deps: WorkerDeps, intentId: string | null): Promise<Intent | undefined> {
  return intentId === null ? undefined : external('payments.ask', () => deps.provider.retrieve(intentId));
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
  if (at.intent.status !== 'succeeded' && (await isBeingCharged(tx, payment.id))) return 'wait';
  const isNews = await applyIntent(deps, tx, { checkout, payment, intent: at.intent, cause: at.cause });
  if (isNews) recordAttempt(tx, checkout.id, at.intent);
  return isNews ? 'applied' : 'known';
}

async function isBeingCharged(tx: Tx, paymentId: string): Promise<boolean> {
  const calls = await tx.query(
    `select 1 from payment_operations
      where payment_id = $1 and kind in ('open', 'confirm') and status in ('pending', 'unknown')`,
    [paymentId],
  );
  return calls.length > 0;
}

const recordAttempt = (tx: Tx, checkoutId: string, { status, declineCode }: IntentFacts): void =>
  tx.send(
    `update payment_attempts set status = $2, decline_code = $3
      where checkout_id = $1 and attempt = (select max(attempt) from payment_attempts where checkout_id = $1)`,
    [checkoutId, ATTEMPT_STATUS[status], declineCode],
  );
