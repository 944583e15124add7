import type { StoredFailure } from './books/state.ts';

/** The behaviour of a test payment method: when it pays, why it fails, and when its refunds succeed. */
export interface TestMethod {
  pays: 'at once' | 'after authentication' | 'later';
  failure?: StoredFailure;
  refunds: 'at once' | 'later' | 'never';
}

const declined = (code: string, decline: string, message: string): StoredFailure => ({
  type: 'card_error',
  code,
  decline_code: decline,
  message,
});

const card = (failure?: StoredFailure): TestMethod => ({
  pays: 'at once',
  refunds: 'at once',
  ...(failure && { failure }),
});
const bank = (failure?: StoredFailure): TestMethod => ({
  pays: 'later',
  refunds: 'later',
  ...(failure && { failure }),
});

const DECLINE = 'Your card was declined.';
const BANK_FAILED: StoredFailure = {
  type: 'invalid_request_error',
  code: 'payment_intent_payment_attempt_failed',
  message: 'The payment failed.',
};

/** Stripe's test payment methods that the simulator supports. */
export const METHODS: ReadonlyMap<string, TestMethod> = new Map([
  ['pm_card_visa', card()],
  ['pm_card_mastercard', card()],
  ['pm_card_chargeDeclined', card(declined('card_declined', 'generic_decline', DECLINE))],
  [
    'pm_card_chargeDeclinedInsufficientFunds',
    card(declined('card_declined', 'insufficient_funds', 'Your card has insufficient funds.')),
  ],
  ['pm_card_chargeDeclinedLostCard', card(declined('card_declined', 'lost_card', DECLINE))],
  ['pm_card_chargeDeclinedExpiredCard', card(declined('expired_card', 'expired_card', 'Your card has expired.'))],
  [
    'pm_card_chargeDeclinedProcessingError',
    card(declined('processing_error', 'processing_error', 'An error occurred while processing your card.')),
  ],
  ['pm_card_authenticationRequired', { pays: 'after authentication', refunds: 'at once' }],
  ['pm_card_pendingRefund', { pays: 'at once', refunds: 'later' }],
  ['pm_card_refundFail', { pays: 'at once', refunds: 'never' }],
  ['pm_usBankAccount_success', bank()],
  ['pm_usBankAccount_failed', bank(BANK_FAILED)],
  ['pm_usBankAccount_insufficientFunds', bank({ ...BANK_FAILED, decline_code: 'insufficient_funds' })],
]);

/** The failure of an intent when the customer fails 3-D Secure. */
export const NOT_AUTHENTICATED: StoredFailure = {
  type: 'invalid_request_error',
  code: 'payment_intent_authentication_failure',
  message: 'The provided payment method has failed authentication.',
};
