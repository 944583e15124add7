import { unavailable } from '../../domain/errors.ts';
import type { Query } from '../../infra/database/query.ts';
import { addedUpTo, type OrderRollUp } from './order-roll-up.ts';

/** The most orders that an answer adds up itself: more would take longer than a search may. */
const MOST_PENDING = 150_000;

/**
 * Refuses to read the sums of a shop whose orders the workers are still adding up, as after the update of a shop with a
 * history. A shop without orders has nothing to add up. @throws ANALYTICS_UNAVAILABLE
 */
export async function requireSums(query: Query, rollUp: OrderRollUp): Promise<void> {
  const [row] = await query<{ pending: number }>(
    `select count(*)::int as pending from (select 1 from order_numbers where number > ${addedUpTo(rollUp)} limit ${MOST_PENDING + 1}) as n`,
    [],
  );
  if (row && row.pending > MOST_PENDING) throw unavailable('ANALYTICS_UNAVAILABLE');
}
