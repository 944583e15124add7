import { INVARIANTS } from '../invariants/all-invariants.ts';
import type { Invariant } from './invariant.ts';

/**
 * The rows by which an invariant is checked in batches. `waiting` and `whole` are checked at once; a reconciliation run leaves
 * `recounted` out.
 */
export type Scope = 'waiting' | 'checkouts' | 'variants' | 'whole' | 'recounted';

const WAITING = [
  'checkouts.are-not-forgotten',
  'outbox.is-delivered',
  'webhooks.are-processed',
  'operations.are-decided',
  'orders.commands-are-decided',
  'partitions.are-there-in-time',
  'reviews.are-judged',
];

const WITH_VARIANTS = [
  'stock.levels-are-their-movements',
  'stock.openings-are-their-movements',
  'stock.every-variant-has-a-level',
  'stock.reserved-is-held',
];

/** Invariants that need all rows, or concern personal data: only a full run checks them, their `parts` with the checkouts. */
const WHOLE =
  /^(people|imports|reviews)\.|^(redemptions\.are-counted|documents\.have-no-gap|orders\.come-from-their-checkout)$/;

/** Sums that a job of their own recounts and corrects each night. */
const RECOUNTED = /^analytics\./;

export function scopeOf({ name }: Pick<Invariant, 'name'>): Scope {
  if (WAITING.includes(name)) return 'waiting';
  if (WITH_VARIANTS.includes(name)) return 'variants';
  if (RECOUNTED.test(name)) return 'recounted';
  return WHOLE.test(name) ? 'whole' : 'checkouts';
}

export const invariantsIn = (scope: Scope): Invariant[] =>
  INVARIANTS.filter((invariant) => scopeOf(invariant) === scope);
