import type { Query } from '../../../infra/database/query.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { localStart } from '../local-time.ts';
import { boundsOf, COUNTS, OPEN_HOURS, RECENT } from './conversion-counts.ts';
import { addUpDays } from './conversion-days.ts';

/** The next hours to count: at most a day, and the open hours before it. */
const NEXT = `select next - ${OPEN_HOURS} as "from", least(next + interval '1 day', now_hour) as before, now_hour as end
  from (select ${localStart('hour', 'now()')} as now_hour, coalesce((select max(hour) + interval '1 hour' from conversion_hours),
    ${localStart('hour', 'least((select created_at from carts order by id limit 1), (select created_at from checkouts order by id limit 1))')})
      as next) as hours where next < now_hour`;

/** Counts the next complete hours. @returns whether there are more */
export async function countNextHours(tx: Tx): Promise<boolean> {
  const [next] = await tx.query<{ from: Date; before: Date; end: Date }>(NEXT);
  if (!next) return false;
  await countHours(tx, next);
  return next.before < next.end;
}

/** Counts hours again, and adds up their days. Both ends must be the beginning of a local hour. */
export async function countHours(tx: Tx, { from, before }: { from: Date; before: Date }): Promise<void> {
  // Two processes could otherwise insert the same hour.
  await tx.query(`lock table conversion_hours in share row exclusive mode`);
  await tx.query(`delete from conversion_hours where hour >= $1 and hour < $2`, [from, before]);
  // Each hour has a row, even without carts.
  await tx.query(
    `insert into conversion_hours (hour, step, reason, count, counted_at)
      select hour, step, reason, sum(count)::int, now() from (select hour, step, reason, count from (${COUNTS}) as counts
          union all select hour, 'carts', '', 0 from generate_series($1::timestamptz, $2::timestamptz - interval '1 hour', interval '1 hour') as hour)
        as rows group by 1, 2, 3`,
    boundsOf(from, before),
  );
  await addUpDays(tx, { from, before });
}

/** The days that are counted again each night, oldest first. */
export const recentDays = (query: Query): Promise<{ from: Date; before: Date }[]> =>
  query(
    `select day as "from", least(day + interval '1 day', stored.before) as before
      from (select max(hour) + interval '1 hour' as before, min(hour) as first from conversion_hours) as stored,
        generate_series(greatest(stored.first, ${RECENT}), stored.before - interval '1 hour', interval '1 day') as day`,
    [],
  );
