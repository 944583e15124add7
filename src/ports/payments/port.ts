/** The status of a payment, mapped from Stripe's statuses. `requires_method` also covers an unconfirmed intent. */
export type IntentStatus = 'requires_method' | 'requires_action' | 'processing' | 'succeeded' | 'canceled';

/** A payment intent of the provider. Amounts are in minor units (paise). */
export interface Intent {
  id: string;
  /** The checkout that opened it, from the intent's metadata; null for payments that are not ours. */
  checkoutId: string | null;
  status: IntentStatus;
  amount: number;
  amountReceived: number;
  /** Set by `retrieve`, `find`, `list` and `cancel`; 0 in the answers of `open` and `confirm`. */
  amountRefunded: number;
  currency: string;
  clientSecret: string | null;
  /** The provider's code for the last decline; null unless the status is `requires_method`. */
  declineCode: string | null;
  createdAt: Date;
}

export interface ProviderRefund {
  id: string;
  intentId: string;
  amount: number;
  /** Our reference for the refund; null for a refund that was made in the provider's dashboard. */
  reference: string | null;
  status: 'pending' | 'succeeded' | 'failed';
}

/** A verified webhook. `status` and `amountReceived` are as of the creation of the event, not current. */
export interface ProviderEvent {
  id: string;
  type: string;
  createdAt: Date;
  intentId: string | null;
  checkoutId: string | null;
  status: IntentStatus | null;
  amountReceived: number | null;
  refundId: string | null;
}

export interface OpenIntent {
  checkoutId: string;
  amount: number;
  currency: string;
  method: string | null;
  key: string;
}

/**
 * Whether calls are sent. `away`: too many got no answer, so they are rejected at once, as `not_sent`. `trial`: the next
 * call is sent, and its answer decides.
 */
export type ProviderAvailability = 'available' | 'trial' | 'away';

/**
 * A payment provider. Every method rejects with a ProviderError; its `outcome` says whether the call may be repeated.
 */
export interface PaymentProvider {
  name: 'stripe';
  /** What this process knows, without a call. */
  availability(): ProviderAvailability;
  /** Creates an intent and, given a method, charges it. A decline is an answer (`requires_method`), not an error. */
  open(intent: OpenIntent): Promise<Intent>;
  /** Charges an open intent with another method. Returns an intent unchanged that is already paid or canceled. */
  confirm(attempt: { intentId: string; method: string; key: string }): Promise<Intent>;
  /** Cancels an intent. Returns an intent unchanged that can no longer be cancelled (processing, paid). */
  cancel(attempt: { intentId: string; key: string }): Promise<Intent>;
  retrieve(intentId: string): Promise<Intent>;
  /**
   * Finds the newest intent of a checkout that was created since `since`, by the provider's clock; null without one.
   * Use it to resolve an `unknown` outcome of `open`.
   */
  find(checkoutId: string, since: Date): Promise<Intent | null>;
  /** Refunds `amount` paise. Refuses more than the unrefunded rest. */
  refund(refund: { intentId: string; amount: number; key: string; reference: string }): Promise<ProviderRefund>;
  /** Lists the refunds of an intent, newest first. Use it to resolve an `unknown` outcome of `refund`. */
  refundsOf(intentId: string): Promise<ProviderRefund[]>;
  /** Lists the intents created from `since` to `until`, newest first. Fetches page by page. */
  list(since: Date, until?: Date): AsyncIterable<Intent>;
  /** Lists the events created from `since` to `until`, newest first, including undelivered events. */
  events(since: Date, until: Date): AsyncIterable<ProviderEvent>;
  /**
   * Verifies a webhook and returns its event; null for a signed body that is not an event.
   * @throws ProviderError refused INVALID_SIGNATURE when the signature is invalid, or more than 5 minutes from now.
   */
  verify(raw: Buffer, signature: string, now: Date): ProviderEvent | null;
}

/**
 * `refused`: the provider rejected the request; nothing happened, and a repeated call fails again.
 * `not_sent`: the provider did not process the request (connection refused, rate limit, open breaker); repeat the call.
 * `unknown`: money may have moved (timeout, lost connection, 5xx); call `find` or `retrieve` before anything else.
 */
export type ProviderOutcome = 'refused' | 'not_sent' | 'unknown';

export class ProviderError extends Error {
  readonly outcome: ProviderOutcome;
  readonly code: string;

  constructor(outcome: ProviderOutcome, code: string, options: { message?: string; cause?: unknown } = {}) {
    super(options.message ?? `payment provider: ${code}`, { cause: options.cause });
    this.name = 'ProviderError';
    this.outcome = outcome;
    this.code = code;
  }
}
