import { z } from 'zod';
import { instantOf, localStart, type Period } from '../../../../entities/analytics/local-time.ts';

/** A period with the instant at which it begins. */
export interface PeriodHead {
  /** For example `2026-11-30`, `2026-W49`. */
  period: string;
  start: Date;
}

/** The same in an answer. */
export const periodFields = {
  period: z.string().meta({
    description: 'The period in the time zone of the shop.',
    examples: ['2026-11-30', '2026-W49', '2026-11', '2026-11-30T09:00'],
  }),
  start: z.iso.datetime().meta({ description: 'The instant at which the period begins.' }),
};

const LABELS: Record<Period, string> = {
  hour: 'YYYY-MM-DD"T"HH24:MI',
  day: 'YYYY-MM-DD',
  week: 'IYYY-"W"IW',
  month: 'YYYY-MM',
};

/**
 * SQL for all periods of a range with sums over `facts`, SQL with a column `hour`; zero where there are none. The periods at
 * the ends contain only the hours within. `days`: SQL of the first and the last day.
 */
export function inPeriods(
  by: Period,
  {
    facts,
    sums,
    days: [from, to],
  }: { facts: string; sums: readonly { name: string; sql: string }[]; days: [string, string] },
): string {
  return `select to_char(p, '${LABELS[by]}') as period, ${instantOf('p')} as start,
      ${sums.map(({ name }) => `coalesce("${name}", 0) as "${name}"`).join(', ')}
    from generate_series(date_trunc('${by}', ${from}::date::timestamp), ${to}::date + interval '23 hours', interval '1 ${by}') as p
      left join (select ${localStart(by, 'hour')} as start, ${sums.map(({ name, sql }) => `(${sql})::bigint as "${name}"`).join(', ')}
        from (${facts}) as facts where hour >= ${instantOf(`${from}::date`)} and hour < ${instantOf(`${to}::date + 1`)}
        group by 1) as summed on summed.start = ${instantOf('p')}
    order by p`;
}
