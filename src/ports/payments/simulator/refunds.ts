import { type Books, event, type IntentDecision, InvalidRequest, integer, intentOf, refusal } from './books/books.ts';
import { currentSecond, newId } from './books/stamps.ts';
import type { IntentRow, RefundRow } from './books/state.ts';
import { metadataOf } from './intents.ts';
import { METHODS } from './methods.ts';

/** POST /v1/refunds. All refunds of an intent together never exceed the received amount. */
export function createRefund(books: Books, form: URLSearchParams): IntentDecision {
  const intent = intentOf(books, requiredIntent(form), 400);
  if (intent.charge === null) {
    const message = `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`;
    return refusal({ type: 'invalid_request_error', message });
  }
  const left = intent.received - intent.refunded;
  const amount = integer(form, 'amount', left);
  if (left === 0) {
    const message = `Charge ${intent.charge} has already been refunded.`;
    return refusal({ type: 'invalid_request_error', code: 'charge_already_refunded', message });
  }
  if (amount === 0)
    throw new InvalidRequest('Invalid positive integer', { code: 'parameter_invalid_integer', param: 'amount' });
  if (amount > left) {
    const message = `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`;
    return refusal({ type: 'invalid_request_error', code: 'amount_too_large', param: 'amount', message });
  }
  const after = { ...intent, refunded: intent.refunded + amount };
  return acceptRefund(books, after, { amount, metadata: metadataOf(form) });
}

/** Settles a pending refund. A failed refund makes its amount refundable again. */
export function settleRefund(books: Books, refund: RefundRow): IntentDecision {
  const intent = intentOf(books, refund.intent);
  const fails = METHODS.get(intent.method ?? '')?.refunds === 'never';
  const settled: RefundRow = { ...refund, status: fails ? 'failed' : 'succeeded', settlesAt: null };
  const after: IntentRow = fails ? { ...intent, refunded: intent.refunded - refund.amount } : intent;
  const events = [event('refund.updated', after, settled), ...(fails ? [event('refund.failed', after, settled)] : [])];
  return { change: { intents: [after], refunds: [settled], events }, answer: { status: 200, refund: settled } };
}

function acceptRefund(
  { faults }: Books,
  intent: IntentRow,
  { amount, metadata }: Pick<RefundRow, 'amount' | 'metadata'>,
): IntentDecision {
  const later = METHODS.get(intent.method ?? '')?.refunds !== 'at once';
  const refund: RefundRow = {
    id: newId('re'),
    created: currentSecond(),
    intent: intent.id,
    charge: intent.charge ?? '',
    amount,
    metadata,
    status: later ? 'pending' : 'succeeded',
    settlesAt: later ? Date.now() + faults.knobs().processingMs : null,
  };
  const events = [event('refund.created', intent, refund), event('charge.refunded', intent)];
  return { change: { intents: [intent], refunds: [refund], events }, answer: { status: 200, refund } };
}

function requiredIntent(form: URLSearchParams): string {
  const id = form.get('payment_intent');
  if (id) return id;
  throw new InvalidRequest('Missing required param: payment_intent.', {
    code: 'parameter_missing',
    param: 'payment_intent',
  });
}
