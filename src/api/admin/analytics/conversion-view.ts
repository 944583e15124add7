import type { Period } from '../../../entities/analytics/local-time.ts';
import { readConversion } from '../../../entities/analytics/read-conversion.ts';
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

/** Reads the conversion of each period of a range. */
export async function readConversionBy(
  search: Query,
  range: DayRange,
  by: Period,
): Promise<(ConversionFigures & PeriodHead)[]> {
  const select = inPeriods(by, { facts: 'select * from counts', sums: SUMS, days: ['$6', '$7'] });
  const rows = await readConversion<ConversionSums & PeriodHead>(search, {
    ...boundsOf(range),
    select,
    values: [range.from, range.to],
  });
  return rows.map((row) => ({ ...row, ...ratesOf(row) }));
}

/** Reads why checkouts of a range ended without an order, most frequent first. */
export const readLosses = (
  search: Query,
  range: DayRange,
): Promise<{ state: string; reason: string; checkouts: number }[]> =>
  readConversion(search, {
    ...boundsOf(range),
    select: `select upper(step) as state, reason, sum(count)::int as checkouts from counts
      where step in ('expired', 'cancelled', 'failed') group by 1, 2 order by 3 desc, 1, 2`,
  });

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
