import type { Query } from '../../infra/database/query.ts';
import { boundsOf, CLOSED_BEFORE, COUNTS } from './conversion-counts.ts';

/** The instant from which an answer counts carts and checkouts itself. */
async function countedUntil(query: Query): Promise<Date> {
  const [row] = await query<{ until: Date }>(
    `select least(${CLOSED_BEFORE}, coalesce(max(hour) + interval '1 hour', '2000-01-01Z')) as until
      from conversion_hours`,
    [],
  );
  return row?.until ?? new Date(0);
}

/**
 * Reads the counts per local hour from `from` until before `before`. `select` is SQL that reads `counts (hour, step, reason,
 * count)`; its `values` are $6 and later.
 */
export async function readConversion<R extends object>(
  search: Query,
  { from, before, select, values = [] }: { from: Date; before: Date; select: string; values?: readonly unknown[] },
): Promise<R[]> {
  const until = await countedUntil(search);
  const liveFrom = new Date(Math.min(Math.max(from.getTime(), until.getTime()), before.getTime()));
  return search<R>(
    `with counts as (select hour, step, reason, count from conversion_hours where hour >= $5 and hour < $1
        union all select hour, step, reason, count from (${COUNTS}) as live) ${select}`,
    [...boundsOf(liveFrom, before), from, ...values],
  );
}
