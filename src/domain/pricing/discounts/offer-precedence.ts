import type { TimeWindow } from '../inputs.ts';

/** Something that is tried in an order of its own: higher priority first, then by id, whatever the order it came in. */
export const byPrecedence = (a: { priority: number; id: string }, b: { priority: number; id: string }): number =>
  b.priority - a.priority || (a.id < b.id ? -1 : Number(a.id > b.id));

/** Why something is not open to this customer at this instant; null: it is. */
export function closedBecause(
  offer: TimeWindow & { groupIds: readonly string[] },
  { at, groups }: { at: number; groups: ReadonlySet<string> },
): 'NOT_STARTED' | 'EXPIRED' | 'CUSTOMER_GROUP_REQUIRED' | null {
  if (offer.startsAt !== null && Date.parse(offer.startsAt) > at) return 'NOT_STARTED';
  if (offer.endsAt !== null && Date.parse(offer.endsAt) <= at) return 'EXPIRED';
  const isForAll = offer.groupIds.length === 0;
  return isForAll || offer.groupIds.some((id) => groups.has(id)) ? null : 'CUSTOMER_GROUP_REQUIRED';
}
