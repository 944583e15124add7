/** What subscribers can be told of. `data` holds ids and facts, never a person: whoever wants more reads the API. */
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

/** Sent to one subscription only, by hand. */
export const TEST_EVENT = 'test.ping';

/** After so many tries without success a delivery is given up. */
export const MOST_TRIES = 12;

const FIRST_MS = 10_000;
const LONGEST_MS = 4 * 3_600_000;

/**
 * How long after the `tries`-th failure a delivery is tried again, in milliseconds: three times as long each time, at most
 * four hours, and up to a fifth more or less (`chance` from 0 to 1), so that what failed together does not come back
 * together. All in all a little more than a day.
 */
export function retryDelayMs(tries: number, chance: number): number {
  const base = Math.min(FIRST_MS * 3 ** (tries - 1), LONGEST_MS);
  return Math.round(base * (0.8 + 0.4 * chance));
}
