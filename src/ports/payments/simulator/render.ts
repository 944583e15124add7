import type { EventRow, IntentRow, KeptResponse, RefundRow } from './books/state.ts';

/** Renders an intent with the subset of Stripe's fields that the adapter or a reader needs. */
export function renderIntent(row: IntentRow, expandCharge: boolean): object {
  return {
    id: row.id,
    object: 'payment_intent',
    amount: row.amount,
    amount_capturable: 0,
    amount_received: row.received,
    canceled_at: row.canceledAt,
    capture_method: 'automatic',
    client_secret: row.secret,
    confirmation_method: 'automatic',
    created: row.created,
    currency: row.currency,
    last_payment_error: row.failure,
    latest_charge: expandCharge && row.charge !== null ? renderCharge(row) : row.charge,
    livemode: false,
    metadata: row.metadata,
    next_action: row.status === 'requires_action' ? { type: 'use_stripe_sdk', use_stripe_sdk: {} } : null,
    payment_method: row.method,
    status: row.status,
  };
}

export function renderRefund(row: RefundRow): object {
  return {
    id: row.id,
    object: 'refund',
    amount: row.amount,
    charge: row.charge,
    created: row.created,
    metadata: row.metadata,
    payment_intent: row.intent,
    status: row.status,
  };
}

/** Renders an event with the snapshot of its object at the time of the event. */
export function renderEvent(row: EventRow): object {
  return {
    id: row.id,
    object: 'event',
    created: row.created,
    data: { object: subjectOf(row) },
    livemode: false,
    pending_webhooks: 1,
    type: row.type,
  };
}

/** The JSON body of an answer. */
export function renderAnswer(answer: KeptResponse, expandCharge: boolean): object {
  const intent = answer.intent && renderIntent(answer.intent, expandCharge);
  if (answer.error) return { error: { ...answer.error, ...(intent && { payment_intent: intent }) } };
  return answer.refund ? renderRefund(answer.refund) : (intent ?? {});
}

function subjectOf({ type, intent, refund }: EventRow): object {
  if (refund) return renderRefund(refund);
  if (!intent) return {};
  return type.startsWith('charge.') ? renderCharge(intent) : renderIntent(intent, false);
}

function renderCharge(row: IntentRow): object {
  return {
    id: row.charge,
    object: 'charge',
    amount: row.amount,
    amount_captured: row.received,
    amount_refunded: row.refunded,
    currency: row.currency,
    metadata: row.metadata,
    paid: true,
    payment_intent: row.id,
    refunded: row.refunded === row.received,
    status: 'succeeded',
  };
}
