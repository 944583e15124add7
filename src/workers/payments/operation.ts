import { findLostRefund } from '../../entities/order/refunds/dashboard-refund.ts';
import { ATTEMPT_STATUS } from '../../entities/payment/attempt.ts';
import type { Operation, OperationKind } from '../../entities/payment/operation.ts';
import type { OperationResult } from '../../entities/payment/operation-result.ts';
import { external } from '../../infra/database/external-call.ts';
import { type Intent, type PaymentProvider, ProviderError, type ProviderRefund } from '../../ports/payments/port.ts';
import type { WorkerDeps } from '../deps.ts';

/** The provider's answer. `wait`: the provider cannot be called yet. `moot`: there is nothing left to do. */
export type ProviderAnswer = { intent: Intent } | { refund: ProviderRefund } | 'wait' | 'moot';

/** The provider's clock and ours may differ by this much, in milliseconds. */
export const CLOCK_SKEW_MS = 60_000;
/** The longest duration of a call, in milliseconds. */
const LONGEST_CALL_MS = 30_000;

/**
 * Executes an operation at the provider. If the outcome is unknown, asks the provider first, and repeats the call with
 * the same idempotency key only if the provider does not know it.
 * @throws ProviderError
 */
export function perform(deps: PerformDeps, operation: Operation): Promise<ProviderAnswer> {
  return external(`payments.${operation.kind}`, () => PERFORM[operation.kind](deps, operation));
}

type PerformDeps = Pick<WorkerDeps, 'provider' | 'db'>;

const PERFORM: Record<OperationKind, (deps: PerformDeps, operation: Operation) => Promise<ProviderAnswer>> = {
  async open({ provider }, operation) {
    const { checkoutId, amount, currency, method, key, isUnknown, createdAt, isCheckoutOver } = operation;
    if (isUnknown || isCheckoutOver) {
      const intent = await readOrNotSent(findIntent(provider, operation));
      if (intent) return { intent };
      // The checkout is over and needs no payment. But an older call may still reach the provider for a while.
      const { fence, unansweredAt } = operation;
      const mayBeUnderWay = fence > 0 && Date.now() - (unansweredAt ?? createdAt).getTime() < LONGEST_CALL_MS;
      if (isCheckoutOver) return mayBeUnderWay ? 'wait' : 'moot';
    }
    return { intent: await provider.open({ checkoutId, amount: amount ?? 0, currency, method, key }) };
  },

  async confirm({ provider }, { intentId, method, key, isUnknown, isCheckoutOver }) {
    if (!intentId || !method) return 'moot';
    if (isUnknown || isCheckoutOver) {
      const intent = await readOrNotSent(provider.retrieve(intentId));
      if (intent.status !== 'requires_method' || isCheckoutOver) return { intent };
    }
    return { intent: await provider.confirm({ intentId, method, key }) };
  },

  async cancel({ provider }, operation) {
    const { intentId, isOpening, key } = operation;
    if (isOpening) return 'wait';
    if (intentId) return { intent: await provider.cancel({ intentId, key }) };
    const intent = await readOrNotSent(findIntent(provider, operation));
    return intent ? { intent: await provider.cancel({ intentId: intent.id, key }) } : 'moot';
  },

  async refund({ provider, db }, { id: reference, paymentId, intentId, amount, key }) {
    if (!intentId || !amount) return 'moot';
    // A restored database may request again what the provider did before it forgot the key: it keeps keys for a day.
    const refunds = await readOrNotSent(provider.refundsOf(intentId));
    const own = refunds.find((refund) => refund.reference === reference);
    const others = refunds.filter(({ status }) => status !== 'failed');
    const existing = own ?? (await findLostRefund(db.query, { paymentId, amount }, others));
    return { refund: existing ?? (await provider.refund({ intentId, amount, key, reference })) };
  },
};

/**
 * Finds the intent of a checkout whose opening call got no answer. The operation may be younger than its intent, after a
 * restore of the database; the checkout is not.
 */
export const findIntent = (
  provider: PaymentProvider,
  { checkoutId, checkoutCreatedAt }: Pick<Operation, 'checkoutId' | 'checkoutCreatedAt'>,
): Promise<Intent | null> => provider.find(checkoutId, new Date(checkoutCreatedAt.getTime() - CLOCK_SKEW_MS));

/**
 * Turns `unknown` into `not_sent`: a failed read moves no money and can be repeated, whatever the call before it did.
 */
async function readOrNotSent<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (!(error instanceof ProviderError) || error.outcome !== 'unknown') throw error;
    throw new ProviderError('not_sent', error.code, { cause: error });
  }
}

/** What an answer means for the operation and for the attempt to pay. */
export function resultOf(answer: Exclude<ProviderAnswer, 'wait'> | ProviderError): OperationResult {
  const defaults = { reference: null, error: null, attempt: 'abandoned', declineCode: null };
  if (answer === 'moot') return { ...defaults, status: 'refused', error: 'MOOT' };
  if (answer instanceof ProviderError) {
    return { ...defaults, status: 'refused', error: answer.code, attempt: 'declined', declineCode: answer.code };
  }
  if ('refund' in answer) {
    const hasFailed = answer.refund.status === 'failed';
    return { ...defaults, status: hasFailed ? 'refused' : 'done', reference: answer.refund.id };
  }
  const { id, declineCode, status } = answer.intent;
  return { ...defaults, status: 'done', reference: id, attempt: ATTEMPT_STATUS[status], declineCode };
}
