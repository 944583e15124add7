import { forEachCall } from '../../infra/database/groups/merged-statements.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { currentTrace } from '../../infra/observability/trace.ts';
import { TERMINAL_STATES_SQL } from '../checkout/terminal-states.ts';

export type OperationKind = 'open' | 'confirm' | 'cancel' | 'refund';

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
  /** When its checkout began: no intent for it is older, also after a restore. */
  checkoutCreatedAt: Date;
  /** When the last unanswered call was given up; it may still be under way. Null without such a call. */
  unansweredAt: Date | null;
  paymentId: string;
  intentId: string | null;
  /** The order's refund that this call makes; null for a refund without an order. */
  refundId: string | null;
  checkoutId: string;
  isCheckoutOver: boolean;
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

const OPERATION = forEachCall(
  `select o.id, o.kind, o.status = 'unknown' as "isUnknown", o.status in ('done', 'refused') as "isDecided",
      o.idempotency_key || '-' || o.key_round as key, o.amount, o.created_at as "createdAt",
      o.unanswered_at as "unansweredAt",
      c.created_at as "checkoutCreatedAt", p.id as "paymentId", p.intent_id as "intentId", p.checkout_id as "checkoutId", p.currency, o.fence, o.refund_id as "refundId", a.method,
      c.state in ('COMPLETED', ${TERMINAL_STATES_SQL}) as "isCheckoutOver",
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

/** Whether an operation of one of these kinds on the checkout's payment has no result yet. */
export async function hasOpenOperation(tx: Tx, checkoutId: string | null, ...kinds: OperationKind[]): Promise<boolean> {
  const calls = await tx.query(
    `select 1 from payment_operations o join payments p on p.id = o.payment_id
      where p.checkout_id = $1 and o.kind = any($2) and o.status in ('pending', 'unknown')`,
    [checkoutId, kinds],
  );
  return calls.length > 0;
}

/** A refund of an order. Each round of it has its own idempotency key. */
export interface RefundRound {
  id: string;
  /** Number of the call to the provider, from 1. */
  round: number;
}

interface NewOperation {
  /** For a refund: the row that led to it, so that a restored database names it again as the provider knows it. Default: a new id. */
  id?: string | undefined;
  kind: OperationKind;
  /** For `open`, and a refund without an order: the checkout. */
  checkoutId?: string;
  attempt?: number | null;
  /** Paise. */
  amount?: number;
  refund?: RefundRound | undefined;
}

/** Appends a call to the provider. Its idempotency key is derived, so no operation exists twice. @returns its id */
export function appendOperation(tx: Tx, paymentId: string, operation: NewOperation): string {
  const { id = newId(), kind, attempt = null, amount = null, refund } = operation;
  tx.append('payment_operations', {
    id,
    payment_id: paymentId,
    kind,
    attempt,
    amount,
    refund_id: refund?.id ?? null,
    idempotency_key: idempotencyKeyOf(paymentId, operation),
    key_round: FIRST_ROUND,
    fence: 0,
    status: 'pending',
    trace: currentTrace() ?? null,
    created_at: tx.now,
  });
  return id;
}

const FIRST_ROUND = 1;

/**
 * A database that is restored to an earlier moment may open the payment again, as another row: the same key for the
 * provider, which then charges nothing.
 */
function idempotencyKeyOf(paymentId: string, { kind, attempt, refund, checkoutId }: NewOperation): string {
  const parts = refund
    ? [kind, refund.id, refund.round]
    : [kind, checkoutId ?? paymentId, kind === 'confirm' ? attempt : ''];
  return parts.filter(Boolean).join('-');
}

/** What a new payment is for: the total of its checkout, and the method of the first attempt, if there is one. */
export type Opening = Pick<Operation, 'checkoutId' | 'checkoutCreatedAt' | 'currency' | 'method'> & { amount: number };

/** Appends the call that opens a payment. @returns it as `loadOperation` reads it after the commit */
export function appendOpening(tx: Tx, paymentId: string, of: Opening): Operation {
  const { checkoutId, amount } = of;
  const operation = { kind: 'open', checkoutId, amount, attempt: 1 } as const;
  return {
    id: appendOperation(tx, paymentId, operation),
    kind: 'open',
    ...of,
    key: `${idempotencyKeyOf(paymentId, operation)}-${FIRST_ROUND}`,
    createdAt: tx.now,
    isUnknown: false,
    isDecided: false,
    isOpening: true,
    isCheckoutOver: false,
    unansweredAt: null,
    paymentId,
    intentId: null,
    refundId: null,
    fence: 0,
  };
}
