import { indianDate } from '../../../../domain/invoices/numbering.ts';
import { requireSums } from '../../../../entities/analytics/complete-sums.ts';
import { SALES } from '../../../../entities/analytics/sales.ts';
import { readConversionBy } from '../../../admin/analytics/conversion-view.ts';
import { readSales } from '../../../admin/analytics/sales-view.ts';
import { authoriseCall } from '../../api-call.ts';
import type { OpsDeps, OpsRequest } from '../../ops-request.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** The sums of one or more hours; revenue in paise. */
export interface HourSums {
  orders: number;
  revenue: number;
  /** Checkouts that began then and are no longer in progress. */
  ended: number;
  /** Those of them that became an order. */
  completed: number;
}

/** Today and the same weekday of the last week, in the time zone of the shop. */
export interface DayFigures {
  today: string;
  before: string;
  /** The hours of the day that have ended: only these are compared. */
  completeHours: number;
  /** From midnight until now. */
  hours: HourSums[];
  /** All 24 hours. */
  hoursBefore: HourSums[];
}

/** @throws RequestFault FORBIDDEN without `analytics:read`, ANALYTICS_UNAVAILABLE before the sums are complete */
export async function readDayFigures(deps: OpsDeps, { principal }: OpsRequest): Promise<DayFigures> {
  // The routes also compute what is not shown here, so that their readers are called instead.
  for (const path of ['/analytics/sales', '/analytics/conversion']) {
    authoriseCall(deps, principal, { method: 'get', path });
  }
  await requireSums(deps.db.search, SALES);
  const now = new Date();
  const [today, before] = [indianDate(now), indianDate(new Date(now.getTime() - WEEK_MS))];
  const [all, hoursBefore] = await Promise.all([readHours(deps, today), readHours(deps, before)]);
  const hours = all.filter(({ start }) => start <= now);
  return { today, before, completeHours: hours.length - 1, hours, hoursBefore };
}

async function readHours({ db }: OpsDeps, day: string): Promise<(HourSums & { start: Date })[]> {
  const range = { from: day, to: day };
  const [sales, { periods: conversion }] = await Promise.all([
    readSales(db.search, range, 'hour'),
    readConversionBy(db.search, range, 'hour'),
  ]);
  return sales.map(({ start, orders, revenue }, hour) => {
    const { checkouts = 0, open = 0, completed = 0 } = conversion[hour] ?? {};
    return { start, orders, revenue, ended: checkouts - open, completed };
  });
}

export const totalOf = (hours: readonly HourSums[]): HourSums =>
  hours.reduce(
    (total, hour) => ({
      orders: total.orders + hour.orders,
      revenue: total.revenue + hour.revenue,
      ended: total.ended + hour.ended,
      completed: total.completed + hour.completed,
    }),
    { orders: 0, revenue: 0, ended: 0, completed: 0 },
  );

export interface Figure {
  name: string;
  title: string;
  unit: 'number' | 'paise' | 'percent';
  /** The value of one or more hours; null when it has none. */
  of(sums: HourSums): number | null;
}

/** The figures of a day. Completion rate: the share of the ended checkouts that became an order, as in the API. */
export const FIGURES: readonly Figure[] = [
  { name: 'orders', title: 'Orders', unit: 'number', of: ({ orders }) => orders },
  { name: 'revenue', title: 'Revenue', unit: 'paise', of: ({ revenue }) => revenue },
  {
    name: 'completion',
    title: 'Completion rate',
    unit: 'percent',
    of: ({ completed, ended }) => (ended === 0 ? null : (completed / ended) * 100),
  },
  {
    name: 'aov',
    title: 'Average order value',
    unit: 'paise',
    of: ({ revenue, orders }) => (orders === 0 ? null : Math.round(revenue / orders)),
  },
];
