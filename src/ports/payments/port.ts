/** Where a payment stands; our words for Stripe's statuses (`requires_method` also covers an unconfirmed intent). */
export type IntentStatus = 'requires_method' | 'requires_action' | 'processing' | 'succeeded' | 'canceled';

/** One attempt to collect money, as the provider sees it. Amounts are minor units (paise). */
export interface Intent {
  id: string;
  /** The checkout that opened it, from the intent's metadata; null for payments that are not ours. */
  checkoutId: string | null;
  status: IntentStatus;
  amount: number;
  amountReceived: number;
  /** Only `retrieve`, `find`, `list` and `cancel` know of refunds; a fresh answer of `open` or `confirm` has none. */
  amountRefunded: number;
  currency: string;
  clientSecret: string | null;
  /** Why the last attempt was declined, in the provider's word; null unless the status is `requires_method`. */
  declineCode: string | null;
  createdAt: Date;
}

export interface Refund {
  id: string;
  intentId: string;
  amount: number;
  /** What we called it when we asked for it; null for one that somebody made in the provider's own dashboard. */
  reference: string | null;
  status: 'pending' | 'succeeded' | 'failed';
}

/** A verified webhook. `status` and `amountReceived` are those of the moment the event was made, not of now. */
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

/** The door to a payment provider. Every method rejects with a ProviderError, whose `outcome` says what may be done next. */
export interface PaymentProvider {
  name: 'stripe';
  /** Creates an intent and, given a method, charges it. A decline is an answer (`requires_method`), not an error. */
  open(intent: OpenIntent): Promise<Intent>;
  /** Charges an open intent by another method. One that has moved on meanwhile (paid, canceled) is answered as it is. */
  confirm(attempt: { intentId: string; method: string; key: string }): Promise<Intent>;
  /** Cancels an intent; one that can no longer be cancelled (processing, paid) is answered as it is. */
  cancel(attempt: { intentId: string; key: string }): Promise<Intent>;
  retrieve(intentId: string): Promise<Intent>;
  /**
   * The newest intent of a checkout among those created since `since` by the provider's clock; null when there is
   * none. This is how an `unknown` outcome of `open` is resolved.
   */
  find(checkoutId: string, since: Date): Promise<Intent | null>;
  /** Gives `amount` paise back; more than what is left to refund is refused. */
  refund(refund: { intentId: string; amount: number; key: string; reference: string }): Promise<Refund>;
  /** Every refund of an intent, newest first. This is how an `unknown` outcome of `refund` is resolved. */
  refundsOf(intentId: string): Promise<Refund[]>;
  /** All intents created since `since`, and not after `until`, newest first, fetched page by page. */
  list(since: Date, until?: Date): AsyncIterable<Intent>;
  /** All events of that time, newest first: also those that were never delivered. */
  events(since: Date, until: Date): AsyncIterable<ProviderEvent>;
  /**
   * The event that a webhook brings; null for a signed body that is none, as another program may send.
   * @throws ProviderError refused INVALID_SIGNATURE when the signature is wrong, or more than 5 minutes from now.
   */
  verify(raw: Buffer, signature: string, now: Date): ProviderEvent | null;
}

/**
 * `refused`: the provider said no, nothing happened and asking again will not help.
 * `not_sent`: the request was not acted on (connection refused, rate limit, open breaker): the same call may be repeated.
 * `unknown`: money may have moved (time-out, lost connection, 5xx): ask with `find` or `retrieve` before anything else.
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
