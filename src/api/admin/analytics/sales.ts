import { z } from 'zod';
import { TIME_ZONE } from '../../../domain/time-zone.ts';
import { requireSums } from '../../../entities/analytics/complete-sums.ts';
import { PERIODS } from '../../../entities/analytics/local-time.ts';
import { SALES } from '../../../entities/analytics/sales.ts';
import type { ApiDeps } from '../../deps.ts';
import { route } from '../../http/route.ts';
import { periodQuery, rangeFields, rangeQuery, rangesOf } from './answer/day-range.ts';
import { periodFields } from './answer/periods.ts';
import { answerTable, type CsvColumn } from './answer/table-answer.ts';
import { readSales, totalSales } from './sales-view.ts';

const count = (description: string) => z.int().meta({ description });
const figures = {
  orders: count('Orders that were placed, also those that were cancelled later.'),
  units: count('Units in these orders.'),
  subtotal: count('Prices of the units before discounts.'),
  discount: count('Discounts on the units.'),
  shipping: count('Delivery charges after discounts.'),
  tax: count('Tax in the revenue.'),
  revenue: count('What buyers paid: units, delivery and tax, less discounts. Refunds are not subtracted.'),
  newCustomers: count('Orders that were the first of an account. `docs/analytics.md` has the definition.'),
  returningOrders: count('Orders of accounts that had ordered before.'),
  guestOrders: count('Orders of buyers who were not signed in.'),
  refunds: count('Refunds that succeeded in the period, of orders of any period.'),
  refunded: count('Amount of these refunds.'),
  refundedTax: count('Tax in the credit notes of these refunds.'),
  refundedUnits: count('Units in the credit notes of these refunds.'),
  averageOrderValue: z.int().nullable().meta({ description: '`revenue` per order, rounded; null without orders.' }),
  netRevenue: count('`revenue` less `refunded`.'),
  netRevenueWithoutTax: count('`netRevenue` less the tax in it.'),
};
const figuresSchema = z
  .object(figures)
  .meta({ id: 'SalesFigures', description: 'Sales. All amounts in paise. `docs/analytics.md` defines each figure.' });

const salesSchema = z
  .object({
    ...rangeFields,
    by: z.enum(PERIODS),
    timeZone: z.string().meta({ example: TIME_ZONE }),
    currency: z.string(),
    totals: figuresSchema,
    before: z
      .object({ ...rangeFields, totals: figuresSchema })
      .meta({ description: 'The range of as many days before, for comparison.' }),
    data: z.array(
      z.object({
        ...periodFields,
        ...figures,
      }),
    ),
  })
  .meta({ id: 'Sales' });

const COUNTS = ['orders', 'units', 'newCustomers', 'returningOrders', 'guestOrders', 'refunds', 'refundedUnits'];
const COLUMNS: CsvColumn[] = [
  ['period', 'plain'],
  ...Object.keys(figures).map((name): CsvColumn => [name, COUNTS.includes(name) ? 'plain' : 'paise']),
];

/** Revenue, orders, units, taxes, discounts and refunds by period. */
export const salesRoute = ({ db, currency }: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/admin/analytics/sales',
    permission: 'analytics:read',
    access: 'staff',
    tag: 'Analytics',
    summary: 'Retrieve revenue, orders, units, taxes, discounts and refunds by period',
    description:
      'Exact up to now. An order counts when it is placed, a refund when it succeeds. `Accept: text/csv` returns the periods as a file with amounts in rupees.',
    query: z.strictObject({ ...rangeQuery, by: periodQuery }),
    answers: { 200: { description: 'The sales', schema: salesSchema, alternativeType: 'text/csv' } },
    errors: ['ANALYTICS_UNAVAILABLE'],
    async handle(call) {
      const { by } = call.query;
      const { range, before } = rangesOf(call.query, new Date());
      await requireSums(db.search, SALES);
      const [data, earlier] = await Promise.all([
        readSales(db.search, range, by),
        readSales(db.search, before, 'month'),
      ]);
      const body = {
        ...range,
        by,
        timeZone: TIME_ZONE,
        currency,
        totals: totalSales(data),
        before: { ...before, totals: totalSales(earlier) },
        data,
      };
      return answerTable(call, body, { name: `sales-${range.from}-${range.to}`, columns: COLUMNS, rows: data });
    },
  });
