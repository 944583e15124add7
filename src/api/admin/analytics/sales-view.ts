import type { Period } from '../../../entities/analytics/local-time.ts';
import { currentSums } from '../../../entities/analytics/order-roll-up.ts';
import { CURRENT_REFUNDS, REFUND_SUMS } from '../../../entities/analytics/refunds.ts';
import { SALES } from '../../../entities/analytics/sales.ts';
import type { Query } from '../../../infra/database/query.ts';
import type { DayRange } from './answer/day-range.ts';
import { inPeriods, type PeriodHead } from './answer/periods.ts';

/** The sums of a period; amounts in paise. */
interface SalesSums {
  orders: number;
  units: number;
  subtotal: number;
  discount: number;
  shipping: number;
  tax: number;
  revenue: number;
  newCustomers: number;
  returningOrders: number;
  refunds: number;
  refunded: number;
  refundedTax: number;
  refundedUnits: number;
}

export interface SalesFigures extends SalesSums {
  guestOrders: number;
  averageOrderValue: number | null;
  netRevenue: number;
  netRevenueWithoutTax: number;
}

export type SalesPeriod = SalesFigures & PeriodHead;

const SUMS = [...SALES.sums, ...REFUND_SUMS];
const zero = (names: readonly string[]): string => names.map((name) => `0 as ${name}`).join(', ');
const FACTS = `select hour, ${SALES.sums.join(', ')}, ${zero(REFUND_SUMS)} from (${currentSums(SALES)}) as sales
  union all select hour, ${zero(SALES.sums)}, ${REFUND_SUMS.join(', ')} from (${CURRENT_REFUNDS}) as refunds`;

const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

const SUMMED = SUMS.map((sum) => ({ name: camel(sum), sql: `sum(${sum})` }));

/** Reads the sales of each period of a range; a period without sales has zeros. */
export async function readSales(search: Query, { from, to }: DayRange, by: Period): Promise<SalesPeriod[]> {
  const rows = await search<SalesSums & PeriodHead>(inPeriods(by, { facts: FACTS, sums: SUMMED, days: ['$1', '$2'] }), [
    from,
    to,
  ]);
  return rows.map(({ period, start, ...sums }) => ({ period, start, ...figuresOf(sums) }));
}

/** Adds up the sales of all periods. */
export function totalSales(periods: readonly SalesSums[]): SalesFigures {
  const total = (name: keyof SalesSums): number => periods.reduce((sum, each) => sum + each[name], 0);
  return figuresOf({
    orders: total('orders'),
    units: total('units'),
    subtotal: total('subtotal'),
    discount: total('discount'),
    shipping: total('shipping'),
    tax: total('tax'),
    revenue: total('revenue'),
    newCustomers: total('newCustomers'),
    returningOrders: total('returningOrders'),
    refunds: total('refunds'),
    refunded: total('refunded'),
    refundedTax: total('refundedTax'),
    refundedUnits: total('refundedUnits'),
  });
}

const figuresOf = (sums: SalesSums): SalesFigures => ({
  ...sums,
  guestOrders: sums.orders - sums.newCustomers - sums.returningOrders,
  averageOrderValue: sums.orders === 0 ? null : Math.round(sums.revenue / sums.orders),
  netRevenue: sums.revenue - sums.refunded,
  netRevenueWithoutTax: sums.revenue - sums.tax - (sums.refunded - sums.refundedTax),
});
