import Stripe from 'stripe';
import { ProviderError, type ProviderOutcome } from './port.ts';
import { codeOf } from './stripe-http.ts';

/** System errors that happen before a single byte of the request has left this machine. */
const NEVER_LEFT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** True when Stripe itself answered and the answer is about this request: the breaker must not count it as an outage. */
export function isAnswer(error: unknown): boolean {
  const status = error instanceof Stripe.errors.StripeError ? (error.statusCode ?? 0) : 0;
  return status >= 400 && status < 500 && status !== 429;
}

/** Turns whatever a call through the breaker and the SDK threw into a ProviderError; the original is its `cause`. */
export function classify(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  if (codeOf(error) === 'EOPENBREAKER') return said('not_sent', 'PROVIDER_UNAVAILABLE', error);
  if (error instanceof Stripe.errors.StripeSignatureVerificationError)
    return said('refused', 'INVALID_SIGNATURE', error);
  if (error instanceof Stripe.errors.StripeConnectionError) return connection(error);
  if (error instanceof Stripe.errors.StripeError) return said(outcomeOf(error), wordFor(error), error);
  return said('unknown', 'PROVIDER_CONNECTION_LOST', error);
}

/** The SDK's error behind a ProviderError when it is of the class named, otherwise undefined. */
export function stripeCause(error: unknown, type: string): Stripe.errors.StripeError | undefined {
  const cause = error instanceof ProviderError ? error.cause : undefined;
  return cause instanceof Stripe.errors.StripeError && cause.type === type ? cause : undefined;
}

function connection(error: Stripe.errors.StripeConnectionError): ProviderError {
  if (NEVER_LEFT.includes(codeOf(error.detail))) return said('not_sent', 'PROVIDER_UNAVAILABLE', error);
  return said('unknown', codeOf(error.detail) === 'ETIMEDOUT' ? 'PROVIDER_TIMEOUT' : 'PROVIDER_CONNECTION_LOST', error);
}

function outcomeOf(error: Stripe.errors.StripeError): ProviderOutcome {
  const status = error.statusCode ?? 0;
  // A wrong or revoked key says nothing about the payment, and the same call will do once an operator has mended it.
  if (status === 429 || status === 401 || status === 403) return 'not_sent';
  // A key in use, or used for other parameters: *this* request did nothing, but the one that holds the key may have
  // moved the money that the caller is asking about. Only the provider's books can tell.
  if (status === 409 || error.rawType === 'idempotency_error') return 'unknown';
  return status >= 400 && status < 500 ? 'refused' : 'unknown';
}

function wordFor(error: Stripe.errors.StripeError): string {
  // PROVIDER_ERROR says that the call is over; without a status it may still be under way.
  if (error.statusCode === undefined) return 'PROVIDER_CONNECTION_LOST';
  if (error.statusCode >= 500) return 'PROVIDER_ERROR';
  return (error.code ?? error.rawType ?? 'provider_error').toUpperCase();
}

function said(outcome: ProviderOutcome, code: string, cause: unknown): ProviderError {
  const message = cause instanceof Error ? `payment provider: ${code}: ${cause.message}` : undefined;
  return new ProviderError(outcome, code, { cause, ...(message !== undefined && { message }) });
}
