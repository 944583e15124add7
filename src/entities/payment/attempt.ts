import { forEachCall } from '../../infra/database/groups/merged-statements.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { IntentFacts } from './payment.ts';

/** The status of a payment attempt for each status of its intent. */
export const ATTEMPT_STATUS: Record<IntentFacts['status'], string> = {
  requires_method: 'declined',
  requires_action: 'requires_action',
  processing: 'processing',
  succeeded: 'succeeded',
  canceled: 'abandoned',
};

const LATEST_ATTEMPT = forEachCall(
  `select attempt, method from payment_attempts where checkout_id = $1 order by attempt desc limit 1`,
  ['uuid'],
);

/** A customer's attempt to pay, numbered from 1 within the checkout. */
export interface PaymentAttempt {
  attempt: number;
  /** The payment method, as the provider names it. */
  method: string;
}

/** Finds the customer's latest attempt to pay. @returns undefined without a payment method */
export async function latestAttempt(tx: Tx, checkoutId: string): Promise<PaymentAttempt | undefined> {
  const [latest] = await tx.query<PaymentAttempt>(LATEST_ATTEMPT, [checkoutId]);
  return latest;
}

/** Stores what the provider reported about the latest attempt. */
export const recordAttempt = (tx: Tx, checkoutId: string, { status, declineCode }: IntentFacts): void =>
  tx.send(
    `update payment_attempts set status = $2, decline_code = $3
      where checkout_id = $1 and attempt = (select max(attempt) from payment_attempts where checkout_id = $1)`,
    [checkoutId, ATTEMPT_STATUS[status], declineCode],
  );

/** Abandons the attempts that no operation uses. */
export const abandonAttempts = (tx: Tx, checkoutId: string): Promise<object[]> =>
  tx.query(`update payment_attempts set status = 'abandoned' where checkout_id = $1 and status = 'pending'`, [
    checkoutId,
  ]);
