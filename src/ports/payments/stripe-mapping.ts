import type Stripe from 'stripe';
import { validate as isUuid } from 'uuid';
import type { Intent, IntentStatus, ProviderEvent, ProviderRefund } from './port.ts';

const STATUS = new Map<string, IntentStatus>(
  Object.entries({
    requires_payment_method: 'requires_method',
    requires_confirmation: 'requires_method',
    requires_action: 'requires_action',
    processing: 'processing',
    // An authorised, uncaptured payment; we never request manual capture.
    requires_capture: 'processing',
    succeeded: 'succeeded',
    canceled: 'canceled',
  }),
);

const REFUND_STATUS = new Map<string, ProviderRefund['status']>(
  Object.entries({
    pending: 'pending',
    requires_action: 'pending',
    succeeded: 'succeeded',
    failed: 'failed',
    canceled: 'failed',
  }),
);

/** Maps Stripe's intent. `amountRefunded` needs an expanded `latest_charge`, else it is 0. */
export function toIntent(intent: Stripe.PaymentIntent): Intent {
  const status = statusOf(intent.status);
  const charge = intent.latest_charge;
  const failure = status === 'requires_method' ? intent.last_payment_error : null;
  return {
    id: intent.id,
    checkoutId: checkoutIdOf(intent.metadata),
    status,
    amount: intent.amount,
    amountReceived: intent.amount_received,
    amountRefunded: charge !== null && typeof charge === 'object' ? charge.amount_refunded : 0,
    currency: intent.currency.toUpperCase(),
    clientSecret: intent.client_secret,
    declineCode: failure?.decline_code ?? failure?.code ?? null,
    createdAt: new Date(intent.created * 1_000),
  };
}

export function toRefund(refund: Stripe.Refund, intentId: string): ProviderRefund {
  return {
    id: refund.id,
    intentId: idOf(refund.payment_intent) ?? intentId,
    amount: refund.amount,
    reference: refund.metadata?.reference ?? null,
    // An unknown status counts as pending: the refund is not certain.
    status: REFUND_STATUS.get(refund.status ?? 'pending') ?? 'pending',
  };
}

/** Whether a signed body is an event: other programs with the same secret may send anything. */
export function isEvent(value: unknown): value is Stripe.Event {
  const { id, type, created, data } = (value ?? {}) as Partial<Record<keyof Stripe.Event, unknown>>;
  const object = (data as { object?: unknown } | null | undefined)?.object;
  return isName(id) && isName(type) && isSecond(created) && isObject(object);
}

/** Whether a value is a Stripe id: at most 255 characters, so that it fits into an index. */
const isName = (value: unknown): value is string => typeof value === 'string' && /^[\w.-]{1,255}$/.test(value);

/** Whether a value is a valid time in seconds since 1970. */
const isSecond = (value: unknown): boolean =>
  typeof value === 'number' && !Number.isNaN(new Date(value * 1_000).getTime());

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Maps the payment fields of a webhook event. Fields that the event does not have are null. */
export function toEvent(event: Stripe.Event): ProviderEvent {
  return {
    id: event.id,
    type: event.type,
    createdAt: new Date(event.created * 1_000),
    ...NO_PAYMENT,
    ...subject(event.data.object),
  };
}

const NO_PAYMENT = { intentId: null, checkoutId: null, status: null, amountReceived: null, refundId: null };

function subject(object: Stripe.Event.Data.Object): Partial<ProviderEvent> {
  if (isA<Stripe.PaymentIntent>(object, 'payment_intent')) {
    return {
      intentId: idOf(object),
      checkoutId: checkoutIdOf(object.metadata),
      status: statusOf(object.status),
      amountReceived: Number.isSafeInteger(object.amount_received) ? object.amount_received : null,
    };
  }
  if (isA<Stripe.Charge>(object, 'charge')) {
    return { intentId: idOf(object.payment_intent), checkoutId: checkoutIdOf(object.metadata) };
  }
  if (isA<Stripe.Refund>(object, 'refund')) return { intentId: idOf(object.payment_intent), refundId: idOf(object) };
  return {};
}

function isA<T extends { object: string }>(value: object, kind: T['object']): value is T {
  return 'object' in value && value.object === kind;
}

/** An unknown status counts as processing: waiting is safe. */
const statusOf = (status: string): IntentStatus => STATUS.get(status) ?? 'processing';

/** The checkout of an intent; null for intents of other programs on the same account. */
const checkoutIdOf = (metadata: Stripe.Metadata | null | undefined): string | null => {
  const id = metadata?.checkoutId;
  return id !== undefined && isUuid(id) ? id : null;
};

/** The id of a reference, which is a string or an expanded object; null for an invalid id. */
function idOf(reference: string | { id: string } | null | undefined): string | null {
  const id = typeof reference === 'string' ? reference : reference?.id;
  return isName(id) ? id : null;
}
