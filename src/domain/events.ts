/** Event types for webhook subscribers. `data` contains ids and facts, never personal data; the API has the rest. */
export const EVENT_TYPES = [
  'order.confirmed',
  'order.processing',
  'order.shipped',
  'order.delivered',
  'order.cancelled',
  'order.refunded',
  'order.claimed',
  'shipment.created',
  'shipment.delivered',
  'refund.succeeded',
  'refund.failed',
  'invoice.issued',
  'credit_note.issued',
  'return.requested',
  'return.approved',
  'return.rejected',
  'return.withdrawn',
  'return.received',
  'checkout.expired',
  'checkout.cancelled',
  'checkout.failed',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** A test event, sent to one subscription on request. */
export const TEST_EVENT = 'test.ping';

/** The most attempts to deliver an event. */
export const MOST_TRIES = 12;

const FIRST_MS = 10_000;
const LONGEST_MS = 4 * 3_600_000;

/**
 * Returns the delay after the `tries`-th failure of a delivery, in milliseconds: three times as long each time, at most
 * four hours, plus or minus a fifth (`chance` from 0 to 1), so that deliveries that failed together do not retry
 * together. All attempts take a little more than a day.
 */
export function retryDelayMs(tries: number, chance: number): number {
  const base = Math.min(FIRST_MS * 3 ** (tries - 1), LONGEST_MS);
  return Math.round(base * (0.8 + 0.4 * chance));
}
