import type { OperationKind } from '../../entities/payment/payment.ts';
import { external } from '../../infra/database/external-call.ts';
import { forAnyRows, forEachCall } from '../../infra/database/groups/merged-statements.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { type Intent, type PaymentProvider, ProviderError, type Refund } from '../../ports/payments/port.ts';

/** An operation with the data to execute it. Amounts are in paise. */
export interface Operation {
  id: string;
  kind: OperationKind;
  /** The provider was called before and the outcome is unknown. */
  isUnknown: boolean;
  isDecided: boolean;
  key: string;
  amount: number | null;
  createdAt: Date;
  /** When the last unanswered call was given up; it may still be under way. Null without such a call. */
  unansweredAt: Date | null;
  intentId: string | null;
  /** The order's refund that this call makes; null for a refund without an order. */
  refundId: string | null;
  checkoutId: string;
  checkoutIsOver: boolean;
  currency: string;
  method: string | null;
  /**
   * Fencing token: raised when a new call starts while an older one may be under way. Results of older calls are
   * ignored.
   */
  fence: number;
  /** Whether the operation that opens the payment has no result yet. */
  isOpening: boolean;
}

/** The provider's answer. `wait`: the provider cannot be called yet. `moot`: there is nothing left to do. */
export type ProviderAnswer = { intent: Intent } | { refund: Refund } | 'wait' | 'moot';

const OPERATION = forEachCall(
  `select o.id, o.kind, o.status = 'unknown' as "isUnknown", o.status in ('done', 'refused') as "isDecided",
      o.idempotency_key || '-' || o.key_round as key, o.amount, o.created_at as "createdAt",
      o.unanswered_at as "unansweredAt",
      p.intent_id as "intentId", p.checkout_id as "checkoutId", p.currency, o.fence, o.refund_id as "refundId", a.method,
      c.state in ('COMPLETED', 'EXPIRED', 'CANCELLED', 'FAILED') as "checkoutIsOver",
      exists (select 1 from payment_operations f where f.payment_id = p.id and f.kind = 'open'
        and f.status in ('pending', 'unknown')) as "isOpening"
    from payment_operations o join payments p on p.id = o.payment_id join checkouts c on c.id = p.checkout_id
    left join payment_attempts a on a.checkout_id = c.id and a.attempt = o.attempt
    where o.id = $1`,
  ['uuid'],
);

export async function loadOperation(query: Query, operationId: string): Promise<Operation | undefined> {
  const [row] = await query<Operation>(OPERATION, [operationId]);
  return row;
}

/** The provider's clock may be behind ours by this much, in milliseconds. */
export const CLOCK_SKEW_MS = 60_000;
/** The longest duration of a call, in milliseconds. */
const LONGEST_CALL_MS = 30_000;

/**
 * Executes an operation at the provider. If the outcome is unknown, asks the provider first, and repeats the call with
 * the same idempotency key only if the provider does not know it.
 * @throws ProviderError
 */
export function perform(provider: PaymentProvider, operation: Operation): Promise<ProviderAnswer> {
  return external(`payments.${operation.kind}`, () => PERFORM[operation.kind](provider, operation));
}

const PERFORM: Record<OperationKind, (provider: PaymentProvider, operation: Operation) => Promise<ProviderAnswer>> = {
  async open(provider, operation) {
    const { checkoutId, amount, currency, method, key, isUnknown, createdAt, checkoutIsOver } = operation;
    if (isUnknown || checkoutIsOver) {
      const intent = await ask(provider.find(checkoutId, new Date(createdAt.getTime() - CLOCK_SKEW_MS)));
      if (intent) return { intent };
      // The checkout is over and needs no payment. But an older call may still reach the provider for a while.
      const { fence, unansweredAt } = operation;
      const mayBeUnderWay = fence > 0 && Date.now() - (unansweredAt ?? createdAt).getTime() < LONGEST_CALL_MS;
      if (checkoutIsOver) return mayBeUnderWay ? 'wait' : 'moot';
    }
    return { intent: await provider.open({ checkoutId, amount: amount ?? 0, currency, method, key }) };
  },

  async confirm(provider, { intentId, method, key, isUnknown, checkoutIsOver }) {
    if (!intentId || !method) return 'moot';
    if (isUnknown || checkoutIsOver) {
      const intent = await ask(provider.retrieve(intentId));
      if (intent.status !== 'requires_method' || checkoutIsOver) return { intent };
    }
    return { intent: await provider.confirm({ intentId, method, key }) };
  },

  async cancel(provider, { intentId, isOpening, checkoutId, createdAt, key }) {
    if (isOpening) return 'wait';
    if (intentId) return { intent: await provider.cancel({ intentId, key }) };
    const intent = await ask(provider.find(checkoutId, new Date(createdAt.getTime() - CLOCK_SKEW_MS)));
    return intent ? { intent: await provider.cancel({ intentId: intent.id, key }) } : 'moot';
  },

  async refund(provider, { id: reference, intentId, amount, key, isUnknown }) {
    if (!intentId || !amount) return 'moot';
    const refunds = isUnknown ? await ask(provider.refundsOf(intentId)) : [];
    const existing = refunds.find((refund) => refund.reference === reference);
    return { refund: existing ?? (await provider.refund({ intentId, amount, key, reference })) };
  },
};

/**
 * Turns `unknown` into `not_sent`: a failed read moves no money and can be repeated, whatever the call before it did.
 */
async function ask<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    if (!(error instanceof ProviderError) || error.outcome !== 'unknown') throw error;
    throw new ProviderError('not_sent', error.code, { cause: error });
  }
}

const DECIDE = forAnyRows(
  `with results as (select * from jsonb_to_recordset($1::jsonb) as r (id uuid, checkout_id uuid, fence int, command_id uuid,
        status text, reference text, error text, tried text, decline_code text, at timestamptz)),
      decided as (update payment_operations o
        set status = r.status, reference = r.reference, error = r.error, finished_at = r.at
        from results r where o.id = r.id and o.fence = r.fence and o.status in ('pending', 'unknown')
        returning o.id, o.attempt),
      tried as (update payment_attempts a set status = r.tried, decline_code = r.decline_code
        from decided d join results r on r.id = d.id where a.checkout_id = r.checkout_id and a.attempt = d.attempt),
      acknowledged as (delete from outbox b using decided d join results r on r.id = d.id where b.id = r.command_id)
    select id from decided`,
);

/**
 * Stores the result of an operation and of its attempt, under the checkout's lock, and removes the command from the
 * outbox. The first result stays.
 * @returns false when the operation already has a result, or another worker has taken it over.
 */
export async function decideOperation(
  tx: Tx,
  operation: Operation & { commandId: string },
  answer: Exclude<ProviderAnswer, 'wait'> | ProviderError,
): Promise<boolean> {
  const { status, reference, error, attempt, declineCode } = resultOf(answer);
  const { id, checkoutId, fence, commandId } = operation;
  const outcome = { status, reference, error, tried: attempt, decline_code: declineCode, at: tx.now };
  const row = { id, checkout_id: checkoutId, fence, command_id: commandId, ...outcome };
  const decided = await tx.query(DECIDE, [JSON.stringify([row])]);
  return decided.length === 1;
}

function resultOf(answer: Exclude<ProviderAnswer, 'wait'> | ProviderError) {
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

/** The status of a payment attempt for each status of its intent. */
export const ATTEMPT_STATUS: Record<Intent['status'], string> = {
  requires_method: 'declined',
  requires_action: 'requires_action',
  processing: 'processing',
  succeeded: 'succeeded',
  canceled: 'abandoned',
};
