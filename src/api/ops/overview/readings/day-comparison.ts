import { indianDate } from '../../../../domain/invoices/numbering.ts';
import type { ConversionFigures } from '../../../admin/analytics/conversion-view.ts';
import type { SalesPeriod } from '../../../admin/analytics/sales-view.ts';
import { callApi } from '../../api-call.ts';
import type { OpsDeps, OpsRequest } from '../../ops-request.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** The sums of one or more hours; revenue in paise. */
export interface HourSums {
  orders: number;
  revenue: number;
  carts: number;
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

/** @throws RequestFault FORBIDDEN without `analytics:read`, DATABASE_UNAVAILABLE before the sums are complete */
export async function readDayFigures(deps: OpsDeps, opsRequest: OpsRequest): Promise<DayFigures> {
  const now = new Date();
  const [today, before] = [indianDate(now), indianDate(new Date(now.getTime() - WEEK_MS))];
  const [all, hoursBefore] = await Promise.all([
    readHours(deps, opsRequest, today),
    readHours(deps, opsRequest, before),
  ]);
  const hours = all.filter(({ start }) => start <= now);
  return { today, before, completeHours: hours.length - 1, hours, hoursBefore };
}

async function readHours(deps: OpsDeps, opsRequest: OpsRequest, day: string): Promise<(HourSums & { start: Date })[]> {
  const query = { from: day, to: day, by: 'hour' };
  const read = async (path: string) => (await callApi(deps, opsRequest, { method: 'get', path, query })).body;
  const [sales, conversion] = await Promise.all([read('/analytics/sales'), read('/analytics/conversion')]);
  const { data } = sales as { data: SalesPeriod[] };
  const { data: steps } = conversion as { data: ConversionFigures[] };
  return data.map(({ start, orders, revenue }, hour) => {
    const { carts = 0, completed = 0 } = steps[hour] ?? {};
    return { start, orders, revenue, carts, completed };
  });
}

export const totalOf = (hours: readonly HourSums[]): HourSums =>
  hours.reduce(
    (total, hour) => ({
      orders: total.orders + hour.orders,
      revenue: total.revenue + hour.revenue,
      carts: total.carts + hour.carts,
      completed: total.completed + hour.completed,
    }),
    { orders: 0, revenue: 0, carts: 0, completed: 0 },
  );

export interface Figure {
  name: string;
  title: string;
  unit: 'number' | 'paise' | 'percent';
  /** The value of one or more hours; null when it has none. */
  of(sums: HourSums): number | null;
}

/** The figures of a day. Conversion: carts with goods whose checkout became an order, in percent. */
export const FIGURES: readonly Figure[] = [
  { name: 'orders', title: 'Orders', unit: 'number', of: ({ orders }) => orders },
  { name: 'revenue', title: 'Revenue', unit: 'paise', of: ({ revenue }) => revenue },
  {
    name: 'conversion',
    title: 'Conversion',
    unit: 'percent',
    of: ({ completed, carts }) => (carts === 0 ? null : (completed / carts) * 100),
  },
  {
    name: 'aov',
    title: 'Average order value',
    unit: 'paise',
    of: ({ revenue, orders }) => (orders === 0 ? null : Math.round(revenue / orders)),
  },
];
