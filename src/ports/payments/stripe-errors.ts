import Stripe from 'stripe';
import { ProviderError, type ProviderOutcome } from './port.ts';
import { codeOf } from './stripe-http.ts';

/** System errors before the first byte of the request was sent. */
const NOT_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** Whether Stripe rejected this request: the circuit breaker must not count the rejection as an outage. */
export function isRejection(error: unknown): boolean {
  const status = error instanceof Stripe.errors.StripeError ? (error.statusCode ?? 0) : 0;
  return status >= 400 && status < 500 && status !== 429;
}

/** Turns an error of the breaker or the SDK into a ProviderError, with the original as its `cause`. */
export function classify(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  if (codeOf(error) === 'EOPENBREAKER') return toProviderError('not_sent', 'PROVIDER_UNAVAILABLE', error);
  if (error instanceof Stripe.errors.StripeSignatureVerificationError)
    return toProviderError('refused', 'INVALID_SIGNATURE', error);
  if (error instanceof Stripe.errors.StripeConnectionError) return fromConnectionError(error);
  if (error instanceof Stripe.errors.StripeError) return toProviderError(outcomeOf(error), codeFor(error), error);
  return toProviderError('unknown', 'PROVIDER_CONNECTION_LOST', error);
}

/** The SDK's error behind a ProviderError if it has this type, else undefined. */
export function stripeCause(error: unknown, type: string): Stripe.errors.StripeError | undefined {
  const cause = error instanceof ProviderError ? error.cause : undefined;
  return cause instanceof Stripe.errors.StripeError && cause.type === type ? cause : undefined;
}

function fromConnectionError(error: Stripe.errors.StripeConnectionError): ProviderError {
  if (NOT_SENT.includes(codeOf(error.detail))) return toProviderError('not_sent', 'PROVIDER_UNAVAILABLE', error);
  return toProviderError(
    'unknown',
    codeOf(error.detail) === 'ETIMEDOUT' ? 'PROVIDER_TIMEOUT' : 'PROVIDER_CONNECTION_LOST',
    error,
  );
}

function outcomeOf(error: Stripe.errors.StripeError): ProviderOutcome {
  const status = error.statusCode ?? 0;
  // An invalid API key: the same call succeeds once an operator has fixed the key.
  if (status === 429 || status === 401 || status === 403) return 'not_sent';
  // The idempotency key is in use, or was used with other parameters: this request did nothing, but the request that
  // holds the key may have moved money. Only a query to the provider can tell.
  if (status === 409 || error.rawType === 'idempotency_error') return 'unknown';
  return status >= 400 && status < 500 ? 'refused' : 'unknown';
}

function codeFor(error: Stripe.errors.StripeError): string {
  // PROVIDER_ERROR means that the call is over. Without a status the call may still be under way.
  if (error.statusCode === undefined) return 'PROVIDER_CONNECTION_LOST';
  if (error.statusCode >= 500) return 'PROVIDER_ERROR';
  return (error.code ?? error.rawType ?? 'provider_error').toUpperCase();
}

function toProviderError(outcome: ProviderOutcome, code: string, cause: unknown): ProviderError {
  const message = cause instanceof Error ? `payment provider: ${code}: ${cause.message}` : undefined;
  return new ProviderError(outcome, code, { cause, ...(message !== undefined && { message }) });
}
