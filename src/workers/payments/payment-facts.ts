import type { Checkout } from '../../entities/checkout/checkout.ts';
import type { IntentFacts, Payment } from '../../entities/payment/payment.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { CheckoutEvent } from '../../machines/checkout.ts';
import { advance } from '../checkout/advance.ts';
import type { WorkerDeps } from '../deps.ts';

const EVENTS: Record<IntentFacts['status'], (intent: IntentFacts) => CheckoutEvent> = {
  requires_method: ({ declineCode }) => ({ type: declineCode ? 'PAYMENT_DECLINED' : 'METHOD_REQUIRED' }),
  requires_action: () => ({ type: 'ACTION_REQUIRED' }),
  processing: () => ({ type: 'PAYMENT_PROCESSING' }),
  canceled: () => ({ type: 'PAYMENT_CANCELED' }),
  succeeded: ({ amountReceived }) => ({ type: 'PAYMENT_SUCCEEDED', amount: amountReceived }),
};

/**
 * Takes over what the provider says of an intent and tells the checkout, under the checkout's lock. The answer of a
 * call, a webhook and a question of the sweeper all end here; what was known before changes nothing.
 * @returns whether it was news.
 */
export async function applyIntent(
  deps: WorkerDeps,
  tx: Tx,
  at: { checkout: Checkout; payment: Payment; intent: IntentFacts; cause: string },
): Promise<boolean> {
  const { checkout, payment, intent, cause } = at;
  if (payment.status === 'succeeded') return false;
  // Another intent of the same checkout is none of its payment's business; its money goes back where it is noticed.
  if (payment.intentId !== null && payment.intentId !== intent.id) return false;
  const { status: known, declineCode } = payment;
  const isSame = known === intent.status && declineCode === intent.declineCode;
  payment.record(intent, tx.now);
  // Nobody waits for the answer of a question that brought nothing new.
  if (isSame && (!checkout.busy || known === 'processing')) return false;
  if (checkout.state === 'LOCKED') await advance(deps, tx, { checkout, event: { type: 'PAYMENT_OPENED' }, cause });
  // A checkout that is over hears of nothing but money.
  if (checkout.isOver && intent.status !== 'succeeded') {
    if (intent.status === 'requires_method' || intent.status === 'requires_action') cancelAgain(tx, payment.id);
    return intent.status !== known;
  }
  return advance(deps, tx, { checkout, event: EVENTS[intent.status](intent), cause });
}

/** An intent that could not be cancelled when its checkout ended can be now: the sweeper finds the reopened operation. */
const cancelAgain = (tx: Tx, paymentId: string): void =>
  tx.send(
    `update payment_operations set status = 'pending', finished_at = null, key_round = key_round + 1
      where payment_id = $1 and kind = 'cancel' and status in ('done', 'refused')`,
    [paymentId],
  );
