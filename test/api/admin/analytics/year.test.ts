import { expect } from 'chai';
import { addDays } from '../../../../src/api/admin/analytics/answer/day-range.ts';
import { readBestsellers } from '../../../../src/api/admin/analytics/bestsellers-view.ts';
import { readConversionBy } from '../../../../src/api/admin/analytics/conversion-view.ts';
import { readDiscounts } from '../../../../src/api/admin/analytics/discounts-view.ts';
import { readSales } from '../../../../src/api/admin/analytics/sales-view.ts';
import { indianDate } from '../../../../src/domain/invoices/numbering.ts';
import type { Query } from '../../../../src/infra/database/query.ts';
import { type FreshDatabase, freshDatabase } from '../../../support/database.ts';
import { describeAll } from '../../../support/extent.ts';
import { plantYearsOfSales, VARIANTS } from '../../../support/year-of-sales.ts';
import { type Watched, watchPlans } from '../../views/plans.ts';

const to = indianDate(new Date());
const range = { from: addDays(to, -364), to };
const earlier = { from: addDays(to, -729), to: addDays(to, -365) };
const HOURS = 366 * 24;
/** Checkouts and carts of the last two days are counted by the answer itself. */
const RECENT = 60_000;
const best = { range, before: earlier, sort: 'revenue', limit: 20 } as const;

/** What is read for a year, and the most rows that this takes. */
const READS: [name: string, mostRows: number, read: (query: Query) => Promise<unknown>][] = [
  ['sales: two rows per hour', 2 * HOURS, (query) => readSales(query, range, 'day')],
  ['conversion: few rows per day', RECENT + 20 * 366, (query) => readConversionBy(query, range, 'day')],
  ['conversion before: few rows per day', 20 * 366, (query) => readConversionBy(query, earlier, 'month')],
  [
    'bestsellers: a row per variant for each of 24 months and of at most 60 days',
    (24 + 60) * VARIANTS + 10_000,
    (query) => readBestsellers(query, { ...best, of: 'products' }),
  ],
  ['discounts: a row per discount and day', 2 * 366 * 100 + 1_000, (query) => readDiscounts(query, range, earlier)],
];

describeAll('a year of a million orders', function () {
  this.timeout(120_000);
  let fresh: FreshDatabase;
  let watched: Watched;
  before(async () => {
    fresh = await freshDatabase();
    await plantYearsOfSales(fresh.url);
    watched = await watchPlans(fresh.url);
  });
  after(async () => {
    await watched?.close();
    await fresh?.close();
  });

  for (const [name, mostRows, read] of READS)
    it(`is answered from few rows: ${name}`, async () => {
      watched.plans();
      await read(watched.query);
      const rows = watched.plans().flatMap(({ read }) => [...read.values()]);
      expect(rows.reduce((sum, each) => sum + each, 0)).to.be.within(1, mostRows);
    });
});
