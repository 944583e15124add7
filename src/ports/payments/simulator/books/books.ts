import type { Faults } from '../faults.ts';
import { currentSecond, newId } from './stamps.ts';
import type { Answer, Change, EventRow, IntentRow, RefundRow, State } from './state.ts';

/** What the handlers work on: the books, the knobs, and the one way to change anything. */
export interface Books {
  state: State;
  faults: Faults;
  /** Journals a change, takes it in, and sends its events out. */
  commit(change: Change): void;
}

/** What a handler decided; nothing has happened until the change is committed. */
export interface Decision {
  change: Change;
  answer: Answer;
}

type ErrorBody = NonNullable<Answer['error']>;

/** A request that cannot be begun (a parameter is missing or wrong): answered, but not kept under its key. */
export class InvalidRequest extends Error {
  readonly answer: Answer;

  constructor(message: string, more: { status?: number; code?: string; param?: string; type?: string } = {}) {
    super(message);
    const { status = 400, type = 'invalid_request_error', ...rest } = more;
    this.answer = { status, error: { type, message, ...rest } };
  }
}

/** A request that was begun and refused: kept under its key like any other outcome. */
export function refusal(error: ErrorBody, intent?: IntentRow): Decision {
  return { change: {}, answer: { status: 400, error, ...(intent && { intent }) } };
}

/** The refusal of a step that the intent's status does not allow; it carries the intent, as Stripe does. */
export function unexpectedState(intent: IntentRow, step: string): Decision {
  const message = `You cannot ${step} this PaymentIntent because it has a status of ${intent.status}.`;
  return refusal({ type: 'invalid_request_error', code: 'payment_intent_unexpected_state', message }, intent);
}

/** An event about an intent (and the refund, for those of a refund) as it is at this moment. */
export function event(type: string, intent: IntentRow | null, refund: RefundRow | null = null): EventRow {
  return { id: newId('evt'), created: currentSecond(), type, intent, refund };
}

/** @throws InvalidRequest when there is no such intent. */
export function intentOf({ state }: Books, id: string, status = 404): IntentRow {
  const row = state.intents.get(id);
  if (row) return row;
  const more = { status, code: 'resource_missing', param: status === 404 ? 'intent' : 'payment_intent' };
  throw new InvalidRequest(`No such payment_intent: '${id}'`, more);
}

/** A whole number from a form; `fallback` when it is absent. */
export function integer(form: URLSearchParams, name: string, fallback?: number): number {
  const text = form.get(name);
  if (text === null && fallback !== undefined) return fallback;
  if (text === null)
    throw new InvalidRequest(`Missing required param: ${name}.`, { code: 'parameter_missing', param: name });
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidRequest(`Invalid integer: ${text}`, { code: 'parameter_invalid_integer', param: name });
}
