import { type Books, event, type IntentDecision, InvalidRequest, integer, unexpectedState } from './books/books.ts';
import { currentSecond, newId } from './books/stamps.ts';
import type { IntentRow, Status, StoredFailure } from './books/state.ts';
import { METHODS, NOT_AUTHENTICATED, type TestMethod } from './methods.ts';

const OPEN: readonly Status[] = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/** POST /v1/payment_intents */
export function createIntent(books: Books, form: URLSearchParams): IntentDecision {
  const method = form.get('payment_method');
  const intent = fresh(form, method);
  const created = event('payment_intent.created', intent);
  if (form.get('confirm') !== 'true') {
    if (method !== null) methodOf(method);
    return { change: { intents: [intent], events: [created] }, answer: { status: 200, intent } };
  }
  const attempt = charge(books, intent, methodNamed(method));
  return { ...attempt, change: { ...attempt.change, events: [created, ...(attempt.change.events ?? [])] } };
}

/** POST /v1/payment_intents/:id/confirm */
export function confirmIntent(books: Books, intent: IntentRow, form: URLSearchParams): IntentDecision {
  if (!OPEN.includes(intent.status)) return unexpectedState(intent, 'confirm');
  const method = methodNamed(form.get('payment_method') ?? intent.method);
  return charge(books, { ...intent, method: method.name }, method);
}

/** POST /v1/payment_intents/:id/cancel. Refuses a processing or paid intent. */
export function cancelIntent(intent: IntentRow): IntentDecision {
  if (!OPEN.includes(intent.status)) return unexpectedState(intent, 'cancel');
  return become({ ...intent, status: 'canceled', canceledAt: currentSecond() }, 'payment_intent.canceled');
}

/** The customer completes or fails the 3-D Secure authentication. */
export function authenticateIntent(intent: IntentRow, outcome: 'succeed' | 'fail'): IntentDecision {
  if (intent.status !== 'requires_action') return unexpectedState(intent, 'authenticate');
  return outcome === 'succeed' ? pay(intent) : fail(intent, NOT_AUTHENTICATED);
}

/** Settles a processing intent. */
export function settleIntent(intent: IntentRow): IntentDecision {
  const failure = METHODS.get(intent.method ?? '')?.failure;
  return failure ? fail(intent, failure) : pay(intent);
}

function fresh(form: URLSearchParams, method: string | null): IntentRow {
  const amount = integer(form, 'amount');
  const currency = form.get('currency');
  if (amount === 0)
    throw new InvalidRequest('Invalid positive integer', { code: 'parameter_invalid_integer', param: 'amount' });
  if (!currency)
    throw new InvalidRequest('Missing required param: currency.', { code: 'parameter_missing', param: 'currency' });
  const id = newId('pi');
  return {
    id,
    secret: newId(`${id}_secret`),
    created: currentSecond(),
    amount,
    currency,
    status: method === null ? 'requires_payment_method' : 'requires_confirmation',
    method,
    metadata: metadataOf(form),
    received: 0,
    refunded: 0,
    charge: null,
    failure: null,
    settlesAt: null,
    canceledAt: null,
  };
}

export function metadataOf(form: URLSearchParams): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [name, value] of form) {
    if (name.startsWith('metadata[') && name.endsWith(']')) metadata[name.slice(9, -1)] = value;
  }
  return metadata;
}

type NamedMethod = TestMethod & { name: string };

function methodNamed(name: string | null): NamedMethod {
  if (name !== null) return { ...methodOf(name), name };
  const message = 'You cannot confirm this PaymentIntent because it is missing a payment method.';
  throw new InvalidRequest(message, { code: 'parameter_missing', param: 'payment_method' });
}

function methodOf(name: string): TestMethod {
  const method = METHODS.get(name);
  if (method) return method;
  throw new InvalidRequest(`No such PaymentMethod: '${name}'`, { code: 'resource_missing', param: 'payment_method' });
}

function charge({ faults }: Books, intent: IntentRow, method: NamedMethod): IntentDecision {
  if (method.pays === 'after authentication') {
    return become({ ...intent, status: 'requires_action', failure: null }, 'payment_intent.requires_action');
  }
  if (method.pays === 'later') {
    const settlesAt = Date.now() + faults.knobs().processingMs;
    return become({ ...intent, status: 'processing', failure: null, settlesAt }, 'payment_intent.processing');
  }
  return method.failure ? fail(intent, method.failure) : pay(intent);
}

function pay(intent: IntentRow): IntentDecision {
  const paid = {
    status: 'succeeded',
    received: intent.amount,
    charge: newId('ch'),
    failure: null,
    settlesAt: null,
  } as const;
  return become({ ...intent, ...paid }, 'payment_intent.succeeded');
}

function fail(intent: IntentRow, failure: StoredFailure): IntentDecision {
  const failed = { status: 'requires_payment_method', method: null, failure, settlesAt: null } as const;
  const { change } = become({ ...intent, ...failed }, 'payment_intent.payment_failed');
  return { change, answer: { status: 402, error: failure, intent: { ...intent, ...failed } } };
}

function become(intent: IntentRow, type: string): IntentDecision {
  return { change: { intents: [intent], events: [event(type, intent)] }, answer: { status: 200, intent } };
}
