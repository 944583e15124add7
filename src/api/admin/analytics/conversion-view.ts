import { readConversion } from '../../../entities/analytics/conversion/read-conversion.ts';
import type { Period } from '../../../entities/analytics/local-time.ts';
import type { Query } from '../../../infra/database/query.ts';
import { type DayRange, startOf } from './answer/day-range.ts';
import { inPeriods, type PeriodHead } from './answer/periods.ts';

/** Carts with goods, and checkouts by what became of them until now. */
interface ConversionSums {
  carts: number;
  checkouts: number;
  completed: number;
  open: number;
  expired: number;
  cancelled: number;
  failed: number;
}

export interface ConversionFigures extends ConversionSums {
  checkoutRate: number | null;
  completionRate: number | null;
}

const NAMES = ['carts', 'completed', 'open', 'expired', 'cancelled', 'failed'] as const;
const SUMS = [
  ...NAMES.map((name) => ({ name, sql: `coalesce(sum(count) filter (where step = '${name}'), 0)` })),
  { name: 'checkouts', sql: `coalesce(sum(count) filter (where step <> 'carts'), 0)` },
];

const boundsOf = ({ from, to }: DayRange) => ({ from: startOf(from), before: startOf(to, 1) });

/** Checkouts that ended without an order, for a reason. */
interface Loss {
  state: string;
  reason: string;
  checkouts: number;
}

const LOSSES = `select upper(step) as state, reason, sum(count)::int as checkouts from counts
  where step in ('expired', 'cancelled', 'failed') group by 1, 2 order by 3 desc, 1, 2`;

/** SQL: the rows of a statement as one JSON array, in their order. */
const arrayOf = (sql: string): string => `(select coalesce(json_agg(r), '[]') from (${sql}) as r)`;

/**
 * Reads the conversion of each period of a range, and why checkouts ended without an order, most frequent first. One
 * statement: the last days are counted in it, and only once.
 */
export async function readConversionBy(
  search: Query,
  range: DayRange,
  by: Period,
): Promise<{ periods: (ConversionFigures & PeriodHead)[]; losses: Loss[] }> {
  const periodsSql = inPeriods(by, { facts: 'select * from counts', sums: SUMS, days: ['$7', '$8'] });
  const [row] = await readConversion<{
    periods: (ConversionSums & { period: string; start: string })[];
    losses: Loss[];
  }>(search, {
    ...boundsOf(range),
    usesDays: by !== 'hour',
    select: `select ${arrayOf(periodsSql)} as periods, ${arrayOf(LOSSES)} as losses`,
    values: [range.from, range.to],
  });
  const periods = (row?.periods ?? []).map((sums) => ({ ...sums, start: new Date(sums.start), ...ratesOf(sums) }));
  return { periods, losses: row?.losses ?? [] };
}

/** Adds up the conversion of all periods. */
export function totalConversion(periods: readonly ConversionSums[]): ConversionFigures {
  const total = (name: keyof ConversionSums): number => periods.reduce((sum, each) => sum + each[name], 0);
  const sums = {
    carts: total('carts'),
    checkouts: total('checkouts'),
    completed: total('completed'),
    open: total('open'),
    expired: total('expired'),
    cancelled: total('cancelled'),
    failed: total('failed'),
  };
  return { ...sums, ...ratesOf(sums) };
}

/** Percent with two decimals. */
const percent = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((part / whole) * 10_000) / 100;

const ratesOf = ({ carts, checkouts, completed, open }: ConversionSums) => ({
  checkoutRate: percent(checkouts, carts),
  completionRate: percent(completed, checkouts - open),
});
