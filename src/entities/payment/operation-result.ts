import { forAnyRows } from '../../infra/database/groups/merged-statements.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { Operation } from './operation.ts';

/** The final result of an operation, and of the payment attempt that it made. */
export interface OperationResult {
  status: 'done' | 'refused';
  /** The provider's id of the intent or refund. */
  reference: string | null;
  error: string | null;
  attempt: string;
  declineCode: string | null;
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
  { attempt, declineCode, ...result }: OperationResult,
): Promise<boolean> {
  const { id, checkoutId, fence, commandId } = operation;
  const outcome = { ...result, tried: attempt, decline_code: declineCode, at: tx.now };
  const row = { id, checkout_id: checkoutId, fence, command_id: commandId, ...outcome };
  const decided = await tx.query(DECIDE, [JSON.stringify([row])]);
  return decided.length === 1;
}

/**
 * Raises the fence of an operation, so that its former worker stops. The call of that worker may still be under way.
 * @returns the new fencing token
 */
export async function takeOverOperation(
  tx: Tx,
  id: string,
): Promise<Pick<Operation, 'fence' | 'unansweredAt'> | undefined> {
  const [token] = await tx.query<Pick<Operation, 'fence' | 'unansweredAt'>>(
    `update payment_operations set fence = fence + 1, unanswered_at = now() where id = $1
      returning fence, unanswered_at as "unansweredAt"`,
    [id],
  );
  return token;
}

/**
 * Marks an operation as unknown, so that the next attempt asks the provider before it repeats the call. A call that the
 * provider answered with an error is over, and the provider repeats that error for its idempotency key for a day: the
 * next call needs a new key. A call without an answer, or of a former worker, may still be under way: this raises the fence
 * and keeps the key for as long as such a call can last, so that the call cannot take effect twice.
 */
export const markOperationUnknown = (
  query: Query,
  { id, fence }: Operation,
  { isAnswered }: { isAnswered: boolean },
): Promise<object[]> =>
  query(
    `update payment_operations set status = 'unknown', fence = fence + 1 - $2,
        unanswered_at = case $2 when 0 then now() else unanswered_at end,
        key_round = key_round
          + case when fence = 0 or coalesce(unanswered_at, created_at) < now() - interval '2 min' then $2 else 0 end
      where id = $1 and fence = $3 and status in ('pending', 'unknown')`,
    [id, isAnswered ? 1 : 0, fence],
  );

/** Reopens the cancel operation of a payment: its intent can be cancelled now. The sweeper finds the reopened operation. */
export const reopenCancelOperation = (tx: Tx, paymentId: string): void =>
  tx.send(
    `update payment_operations set status = 'pending', finished_at = null, key_round = key_round + 1
      where payment_id = $1 and kind = 'cancel' and status in ('done', 'refused')`,
    [paymentId],
  );

/** A refund call that the provider accepted and that failed afterwards; the amount in paise. */
export interface FailedRefundOperation {
  paymentId: string;
  amount: number;
  /** Null for a refund without an order. */
  orderRefundId: string | null;
}

/** Records that an accepted refund failed at the provider. @returns undefined when we have no result of such a call */
export async function failRefundOperation(
  tx: Tx,
  reference: string | null,
): Promise<FailedRefundOperation | undefined> {
  const [failed] = await tx.query<FailedRefundOperation>(
    `update payment_operations set status = 'refused', error = 'REFUND_FAILED'
      where reference = $1 and kind = 'refund' and status = 'done'
      returning payment_id as "paymentId", amount, refund_id as "orderRefundId"`,
    [reference],
  );
  return failed;
}

/** Whether the failure of a refund is recorded: by the answer of our call, or by an earlier event. */
export async function isRefundFailureRecorded(tx: Tx, reference: string | null): Promise<boolean> {
  const calls = await tx.query(
    `select 1 from payment_operations where reference = $1 and kind = 'refund' and status = 'refused'`,
    [reference],
  );
  return calls.length > 0;
}
