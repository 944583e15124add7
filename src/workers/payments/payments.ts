import type { Checkout } from '../../entities/checkout/checkout.ts';
import { acknowledge } from '../../entities/outbox/outbox.ts';
import { loadOperation, type Operation } from '../../entities/payment/operation.ts';
import { decideOperation, markOperationUnknown, takeOverOperation } from '../../entities/payment/operation-result.ts';
import { Payment } from '../../entities/payment/payment.ts';
import { groupedWork } from '../../infra/database/groups/grouped-work.ts';
import { type Tx, unitOfWork } from '../../infra/database/unit-of-work.ts';
import { observe } from '../../infra/observability/log.ts';
import { done, handler, type JobContext, type JobOutcome, noop, refusal, snooze } from '../../infra/queue/handler.ts';
import { executeOperation } from '../../jobs/payments.ts';
import { ProviderError } from '../../ports/payments/port.ts';
import { advance, lockCheckout } from '../checkout/advance.ts';
import type { WorkerDeps } from '../deps.ts';
import { endRefund } from '../orders/refunds/refund-end.ts';
import { type ProviderAnswer, perform, resultOf } from './operation.ts';
import { park } from './park.ts';
import { applyIntent } from './payment-facts.ts';

/** The delay before the next attempt, in milliseconds: doubles with each start, at most 8 s. */
const backoffMs = ({ starts }: JobContext): number => 125 * 2 ** Math.min(starts, 6);

const CHECK_AGAIN_MS = 500;

/** Executes payment operations. Calls the provider between two transactions, never inside a transaction. */
export const paymentHandlers = (deps: WorkerDeps) => [
  handler(executeOperation, async ({ operationId }, context) => {
    // A call of a former worker may still be under way: then its fence is raised first.
    if (!context.isTakeover && deps.provider.availability() === 'away') return park(deps, context);
    const operation = (context.facts as Operation | undefined) ?? (await loadOperation(deps.db.query, operationId));
    if (!operation || operation.isDecided) return dismiss(deps, context, 'decided before');
    if (context.isTakeover) Object.assign(operation, await takeOver(deps, operation));
    const answer = await performOrError(deps, operation);
    if (answer instanceof ProviderError && answer.outcome === 'unknown')
      await markOperationUnknown(deps.db.query, operation, { isAnswered: answer.code === 'PROVIDER_ERROR' });
    const isLater = answer === 'wait' || (answer instanceof ProviderError && answer.outcome !== 'refused');
    return isLater ? snooze(backoffMs(context)) : settle(deps, context, { operation, answer });
  }),
];

const performOrError = (deps: WorkerDeps, operation: Operation): Promise<ProviderAnswer | ProviderError> =>
  perform(deps, operation).catch((error: unknown) => {
    if (!(error instanceof ProviderError)) throw error;
    const { id, kind, checkoutId } = operation;
    observe('payment.answer.missing', { operationId: id, kind, checkoutId, outcome: error.outcome, code: error.code });
    return error;
  });

/** Stops the former worker of this operation. */
const takeOver = (
  { db }: WorkerDeps,
  { id, checkoutId }: Operation,
): Promise<Pick<Operation, 'fence' | 'unansweredAt'> | undefined> =>
  unitOfWork(db, 'payments.take-over', async (tx) => {
    await lockCheckout(tx, checkoutId);
    return takeOverOperation(tx, id);
  });

const dismiss = ({ db }: WorkerDeps, { commandId }: JobContext, why: string): Promise<JobOutcome> =>
  unitOfWork(db, 'payments.dismiss', async (tx) => {
    await acknowledge(tx, commandId);
    return noop(why);
  });

interface Result {
  operation: Operation;
  answer: Exclude<ProviderAnswer, 'wait'> | ProviderError;
}

/** Stores the provider's answer and applies it to the checkout, in one transaction. */
const settle = (deps: WorkerDeps, { commandId }: JobContext, result: Result): Promise<JobOutcome> =>
  groupedWork(deps.db, { name: executeOperation.name, key: result.operation.checkoutId }, async (tx) => {
    const { operation } = result;
    const { checkoutId } = operation;
    const [checkout, isDecidedByUs, [payment]] = await Promise.all([
      lockCheckout(tx, checkoutId),
      decideOperation(tx, { ...operation, commandId }, resultOf(result.answer)),
      tx.find(Payment, { checkoutId }),
    ]);
    // Another worker has decided the operation or is about to: check again later.
    if (!isDecidedByUs) return snooze(CHECK_AGAIN_MS);
    if (!checkout || !payment) return noop('no such payment');
    return applyAnswer(deps, tx, { ...result, checkout, payment, cause: commandId });
  });

interface SettledOperation extends Result {
  checkout: Checkout;
  payment: Payment;
  cause: string;
}

async function applyAnswer(deps: WorkerDeps, tx: Tx, at: SettledOperation): Promise<JobOutcome> {
  const { answer, operation, checkout, payment, cause } = at;
  if (answer === 'moot') {
    await endOrderRefund(deps, tx, { operation, cause, failure: 'MOOT' });
    return noop('nothing to do at the provider');
  }
  if (answer instanceof ProviderError) return applyRefusal(deps, tx, { ...at, answer });
  if ('intent' in answer) {
    await applyIntent(deps, tx, { checkout, payment, intent: answer.intent, cause });
    return done;
  }
  const hasFailed = answer.refund.status === 'failed';
  const { amount } = operation;
  const fields = { refundId: answer.refund.id, checkoutId: checkout.id, amount };
  tx.afterCommit(() => observe(hasFailed ? 'payment.refund.failed' : 'payment.refunded', fields));
  if (!hasFailed) payment.recordRefund(amount ?? 0, tx.now);
  await endOrderRefund(deps, tx, { operation, cause, failure: hasFailed ? 'REFUND_FAILED' : null });
  return hasFailed ? refusal('REFUND_FAILED') : done;
}

/** Records the result of the refund, if the operation refunds an order. */
async function endOrderRefund(
  deps: WorkerDeps,
  tx: Tx,
  { operation: { refundId }, ...end }: { operation: Operation; cause: string; failure: string | null },
): Promise<void> {
  if (refundId !== null) await endRefund(deps, tx, { refundId, ...end });
}

/**
 * Applies a final refusal: without an intent the checkout fails; with an intent the customer may use another method.
 */
async function applyRefusal(
  deps: WorkerDeps,
  tx: Tx,
  at: SettledOperation & { answer: ProviderError },
): Promise<JobOutcome> {
  const { operation, checkout, payment, cause, answer } = at;
  const { code } = answer;
  tx.afterCommit(() => observe('payment.operation.failed', { operationId: operation.id, kind: operation.kind, code }));
  const details = { providerCode: code };
  if (operation.kind === 'open') {
    const event = { type: 'PAYMENT_REFUSED', reason: 'PAYMENT_METHOD_INVALID', details } as const;
    await advance(deps, tx, { checkout, event, cause });
  } else if (operation.kind === 'confirm') {
    payment.refuseMethod(tx.now);
    await advance(deps, tx, { checkout, event: { type: 'PAYMENT_DECLINED' }, cause });
  }
  await endOrderRefund(deps, tx, { operation, cause, failure: code });
  return refusal(code);
}
