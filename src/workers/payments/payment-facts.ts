import type { Checkout } from '../../entities/checkout/checkout.ts';
import { reopenCancelOperation } from '../../entities/payment/operation-result.ts';
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
 * Stores the provider's state of an intent and sends the event to the checkout, under the checkout's lock. Answers of
 * calls, webhooks and the sweeper's queries all end here. A state that is already stored changes nothing.
 * @returns whether the state was new.
 */
export async function applyIntent(
  deps: WorkerDeps,
  tx: Tx,
  at: { checkout: Checkout; payment: Payment; intent: IntentFacts; cause: string },
): Promise<boolean> {
  const { checkout, payment, intent, cause } = at;
  if (payment.status === 'succeeded') return false;
  // Another intent of the same checkout is a second charge; second-charges-and-failed-refunds.ts refunds it.
  if (payment.intentId !== null && payment.intentId !== intent.id) return false;
  const { status: previous, declineCode } = payment;
  // The intent knows nothing of a refused method: it still reports the decline before.
  if (payment.hasRefusedMethod && previous === intent.status && !checkout.busy) return false;
  const isSame = previous === intent.status && declineCode === intent.declineCode;
  payment.record(intent, tx.now);
  // An unchanged state matters only to a busy checkout, whose client waits for an answer.
  if (isSame && (!checkout.busy || previous === 'processing')) return false;
  if (checkout.state === 'LOCKED') await advance(deps, tx, { checkout, event: { type: 'PAYMENT_OPENED' }, cause });
  // A checkout that is over gets only the success of a payment.
  if (checkout.isOver && intent.status !== 'succeeded') {
    if (intent.status === 'requires_method' || intent.status === 'requires_action')
      reopenCancelOperation(tx, payment.id);
    return intent.status !== previous;
  }
  return advance(deps, tx, { checkout, event: EVENTS[intent.status](intent), cause });
}
