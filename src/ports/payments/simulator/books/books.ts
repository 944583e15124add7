import type { Faults } from '../faults.ts';
import { currentSecond, newId } from './stamps.ts';
import type { BookChange, EventRow, IntentRow, KeptResponse, RefundRow, State } from './state.ts';

/** The context of the handlers: the state, the faults, and `commit` as the only way to change the state. */
export interface Books {
  state: State;
  faults: Faults;
  /** Writes a change to the journal, applies it, and sends its events. */
  commit(change: BookChange): void;
}

/** The decision of a handler. It takes effect when the change is committed. */
export interface IntentDecision {
  change: BookChange;
  answer: KeptResponse;
}

type ErrorBody = NonNullable<KeptResponse['error']>;

/** An invalid request, for example without a required parameter. The answer is not stored under the idempotency key. */
export class InvalidRequest extends Error {
  readonly answer: KeptResponse;

  constructor(message: string, more: { status?: number; code?: string; param?: string; type?: string } = {}) {
    super(message);
    const { status = 400, type = 'invalid_request_error', ...rest } = more;
    this.answer = { status, error: { type, message, ...rest } };
  }
}

/** A valid request that is refused. The answer is stored under the idempotency key, like any other. */
export function refusal(error: ErrorBody, intent?: IntentRow): IntentDecision {
  return { change: {}, answer: { status: 400, error, ...(intent && { intent }) } };
}

/** Refuses a step that the intent's status does not allow. Includes the intent, as Stripe does. */
export function unexpectedState(intent: IntentRow, step: string): IntentDecision {
  const message = `You cannot ${step} this PaymentIntent because it has a status of ${intent.status}.`;
  return refusal({ type: 'invalid_request_error', code: 'payment_intent_unexpected_state', message }, intent);
}

/** Creates an event with the current state of an intent, and of the refund if the event is about a refund. */
export function event(type: string, intent: IntentRow | null, refund: RefundRow | null = null): EventRow {
  return { id: newId('evt'), created: currentSecond(), type, intent, refund };
}

/** @throws InvalidRequest when the intent does not exist. */
export function intentOf({ state }: Books, id: string, status = 404): IntentRow {
  const row = state.intents.get(id);
  if (row) return row;
  const more = { status, code: 'resource_missing', param: status === 404 ? 'intent' : 'payment_intent' };
  throw new InvalidRequest(`No such payment_intent: '${id}'`, more);
}

/** Reads a non-negative integer from a form; `fallback` when it is absent. @throws InvalidRequest */
export function integer(form: URLSearchParams, name: string, fallback?: number): number {
  const text = form.get(name);
  if (text === null && fallback !== undefined) return fallback;
  if (text === null)
    throw new InvalidRequest(`Missing required param: ${name}.`, { code: 'parameter_missing', param: name });
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidRequest(`Invalid integer: ${text}`, { code: 'parameter_invalid_integer', param: name });
}
