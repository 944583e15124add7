import type { TimeWindow } from '../inputs.ts';

/** Sorts offers: higher priority first, then by id, independently of the order of arrival. */
export const byPrecedence = (a: { priority: number; id: string }, b: { priority: number; id: string }): number =>
  b.priority - a.priority || (a.id < b.id ? -1 : Number(a.id > b.id));

/** Returns why an offer is not open to this customer at this instant; null if it is open. */
export function closedReason(
  offer: TimeWindow & { groupIds: readonly string[] },
  { at, groups }: { at: number; groups: ReadonlySet<string> },
): 'NOT_STARTED' | 'EXPIRED' | 'CUSTOMER_GROUP_REQUIRED' | null {
  if (offer.startsAt !== null && Date.parse(offer.startsAt) > at) return 'NOT_STARTED';
  if (offer.endsAt !== null && Date.parse(offer.endsAt) <= at) return 'EXPIRED';
  const isForAll = offer.groupIds.length === 0;
  return isForAll || offer.groupIds.some((id) => groups.has(id)) ? null : 'CUSTOMER_GROUP_REQUIRED';
}
