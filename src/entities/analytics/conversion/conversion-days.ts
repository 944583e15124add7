import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { SumDifference } from '../correct-sums.ts';
import { instantOf, localTime } from '../local-time.ts';
import { RECENT } from './conversion-counts.ts';

/** SQL for the local day of an instant. */
export const localDay = (instant: string): string => `${localTime(`(${instant})`)}::date`;

/** SQL for the sums of hours per local day. */
const addedUp = (condition: string): string =>
  `select ${localDay('hour')} as day, step, reason, sum(count)::int as count from conversion_hours where ${condition} group by 1, 2, 3`;

/** SQL for the days whose stored sums differ from their hours: the day, `stored` and `counted`. */
const differences = (hours: string, days: string): string =>
  `select coalesce(c.day, s.day) as day, to_jsonb(s) as stored, to_jsonb(c) as counted
  from (${addedUp(hours)}) as c full join (select * from conversion_days where ${days}) as s
    on s.day = c.day and s.step = c.step and s.reason = c.reason
  where c.count is distinct from s.count`;

/** SQL for all days that differ. */
export const DAY_DIFFERENCES = differences('true', 'true');

/** SQL for the days that differ and whose hours are counted again each night. */
const RECENT_DIFFERENCES = differences(`hour >= ${instantOf(localDay(RECENT))}`, `day >= ${localDay(RECENT)}`);

/** Adds up the hours of the days that contain an hour from `from` until before `before`. The hours are locked by the caller. */
export async function addUpDays(tx: Tx, { from, before }: { from: Date; before: Date }): Promise<void> {
  const [first, last] = [localDay('$1::timestamptz'), localDay(`$2::timestamptz - interval '1 hour'`)];
  await tx.query(`delete from conversion_days where day >= ${first} and day <= ${last}`, [from, before]);
  await tx.query(
    `insert into conversion_days (day, step, reason, count)
      ${addedUp(`hour >= ${instantOf(first)} and hour < ${instantOf(`${last} + 1`)}`)}`,
    [from, before],
  );
}

/** Adds up again all days that differ from their hours. @returns what differed */
export const correctDays = (tx: Tx): Promise<SumDifference[]> => correct(tx, DAY_DIFFERENCES);

/** The same for the days whose hours are counted again each night: a worker of an older release does not add them up. */
export const correctRecentDays = (tx: Tx): Promise<SumDifference[]> => correct(tx, RECENT_DIFFERENCES);

async function correct(tx: Tx, found: string): Promise<SumDifference[]> {
  await tx.query(`lock table conversion_hours in share row exclusive mode`);
  const wrong = await tx.query<SumDifference & { day: string }>(
    `select day::text, stored, counted from (${found}) as wrong`,
  );
  if (wrong.length === 0) return [];
  const days = [wrong.map(({ day }) => day)];
  await tx.query(`delete from conversion_days where day = any($1::date[])`, days);
  await tx.query(
    `insert into conversion_days (day, step, reason, count) ${addedUp(`${localDay('hour')} = any($1::date[])`)}`,
    days,
  );
  return wrong.map(({ stored, counted }) => ({ stored, counted }));
}
