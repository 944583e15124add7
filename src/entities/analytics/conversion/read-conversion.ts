import type { Query } from '../../../infra/database/query.ts';
import { instantOf, localStart } from '../local-time.ts';
import { boundsOf, CLOSED_BEFORE, COUNTS } from './conversion-counts.ts';
import { localDay } from './conversion-days.ts';

/** The instant from which an answer counts carts and checkouts itself. */
async function countedUntil(query: Query): Promise<Date> {
  const [row] = await query<{ until: Date }>(
    `select least(${CLOSED_BEFORE}, coalesce(max(hour) + interval '1 hour', '2000-01-01Z')) as until
      from conversion_hours`,
    [],
  );
  return row?.until ?? new Date(0);
}

/** SQL: until here the counts of whole days are read; $1 ends the stored hours, $5 begins them, $6: not by hours. */
const DAYS_UNTIL = `case when $6::boolean then ${localStart('day', '$1::timestamptz')} else $5::timestamptz end`;

const COUNTED = `select ${instantOf('day')} as hour, step, reason, count from conversion_days
      where day >= ${localDay('$5::timestamptz')} and day < ${localDay(DAYS_UNTIL)}
    union all select hour, step, reason, count from conversion_hours where hour >= ${DAYS_UNTIL} and hour < $1`;

/**
 * Reads the counts from `from`, the beginning of a local day, until before `before`: per local hour, or with `usesDays` per
 * day where the whole day is counted. `select` is SQL that reads `counts (hour, step, reason, count)`; its `values` are $7
 * and later.
 */
export async function readConversion<R extends object>(
  search: Query,
  { from, before, usesDays, select, values }: ConversionRead,
): Promise<R[]> {
  const until = await countedUntil(search);
  const liveFrom = new Date(Math.min(Math.max(from.getTime(), until.getTime()), before.getTime()));
  return search<R>(
    `with counts as (${COUNTED} union all select hour, step, reason, count from (${COUNTS}) as live) ${select}`,
    [...boundsOf(liveFrom, before), from, usesDays, ...values],
  );
}

interface ConversionRead {
  from: Date;
  before: Date;
  usesDays: boolean;
  select: string;
  values: readonly unknown[];
}
