import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { SumDifference } from '../correct-sums.ts';
import { instantOf, localTime } from '../local-time.ts';

/** SQL for the local day of an instant. */
export const localDay = (instant: string): string => `${localTime(`(${instant})`)}::date`;

/** SQL for the sums of hours per local day. */
const addedUp = (condition: string): string =>
  `select ${localDay('hour')} as day, step, reason, sum(count)::int as count from conversion_hours where ${condition} group by 1, 2, 3`;

/** SQL for the days whose stored sums differ from their hours: the day, `stored` and `counted`. */
export const DAY_DIFFERENCES = `select coalesce(c.day, s.day) as day, to_jsonb(s) as stored, to_jsonb(c) as counted
  from (${addedUp('true')}) as c full join conversion_days s on s.day = c.day and s.step = c.step and s.reason = c.reason
  where c.count is distinct from s.count`;

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

/** Adds up again the days that differ from their hours. @returns what differed */
export async function correctDays(tx: Tx): Promise<SumDifference[]> {
  await tx.query(`lock table conversion_hours in share row exclusive mode`);
  const wrong = await tx.query<SumDifference & { day: string }>(
    `select day::text, stored, counted from (${DAY_DIFFERENCES}) as wrong`,
  );
  const days = [wrong.map(({ day }) => day)];
  await tx.query(`delete from conversion_days where day = any($1::date[])`, days);
  await tx.query(
    `insert into conversion_days (day, step, reason, count) ${addedUp(`${localDay('hour')} = any($1::date[])`)}`,
    days,
  );
  return wrong.map(({ stored, counted }) => ({ stored, counted }));
}
