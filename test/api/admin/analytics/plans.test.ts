import { expect } from 'chai';
import { readBestsellers } from '../../../../src/api/admin/analytics/bestsellers-view.ts';
import { readConversionBy } from '../../../../src/api/admin/analytics/conversion-view.ts';
import { readDiscounts } from '../../../../src/api/admin/analytics/discounts-view.ts';
import { readSales } from '../../../../src/api/admin/analytics/sales-view.ts';
import { addNextOrders } from '../../../../src/entities/analytics/add-orders.ts';
import { DISCOUNT_DAYS } from '../../../../src/entities/analytics/discount-days.ts';
import { sumChangedRefunds } from '../../../../src/entities/analytics/refunds.ts';
import { SALES } from '../../../../src/entities/analytics/sales.ts';
import { VARIANT_SALES } from '../../../../src/entities/analytics/variant-sales.ts';
import type { Tx } from '../../../../src/infra/database/unit-of-work.ts';
import { type FreshDatabase, freshDatabase } from '../../../support/database.ts';
import { putDiscount } from '../../../support/offers.ts';
import { addUpAll, plantSales } from '../../../support/sales.ts';
import { type Watched, watchPlans } from '../../views/plans.ts';

describe('the statements of the analytics', function () {
  this.timeout(60_000);
  let fresh: FreshDatabase;
  let watched: Watched;
  /** None of these is read as a whole. */
  let large: Set<string>;
  before(async () => {
    fresh = await freshDatabase();
    await plantSales(fresh.db.query, { orders: 20_000 });
    await addUpAll(fresh);
    await plantSales(fresh.db.query, { orders: 50 });
    const discountId = await putDiscount(fresh.db.query, { offer: { kind: 'fixed-amount', amount: 5, per: 'order' } });
    await fresh.db.query(
      `insert into discount_redemptions (checkout_id, discount_id, amount, counters, status, created_at)
        select id, $1, 5, '{}', 'consumed', now() from checkouts`,
      [discountId],
    );
    await fresh.db.query('analyze');
    const tables = await fresh.db.query<{ name: string }>(
      `select relname as name from pg_class where reltuples >= 1000`,
    );
    large = new Set(
      tables.map(({ name }) => name).filter((name) => !/^(sales|refund)_hours$|_(sales|days)$/.test(name)),
    );
    watched = await watchPlans(fresh.url);
  });
  after(async () => {
    await watched?.close();
    await fresh?.close();
  });

  const scanned = () =>
    watched
      .plans()
      .flatMap(({ scans }) => scans)
      .filter(([kind, table]) => kind === 'Seq Scan' && large.has(table));

  const range = { from: '2025-01-01', to: '2025-12-31' };
  const earlier = { from: '2024-01-02', to: '2024-12-31' };
  const READS: Record<string, () => Promise<unknown>> = {
    sales: () => readSales(watched.query, range, 'month'),
    conversion: () => readConversionBy(watched.query, range, 'month'),
    bestsellers: () =>
      readBestsellers(watched.query, { range, before: earlier, of: 'products', sort: 'revenue', limit: 20 }),
    discounts: () => readDiscounts(watched.query, range, earlier),
  };
  for (const [name, read] of Object.entries(READS)) {
    it(`find what is not added up by an index, and read sums for the rest: ${name}`, async () => {
      await read();
      expect(scanned()).to.deep.equal([]);
    });
  }

  it('add orders and refunds by an index', async () => {
    const tx = { query: watched.query } as Pick<Tx, 'query'> as Tx;
    await watched.query(`update order_roll_ups set next_xid = '0', next_up_to = added_up_to + 50`);
    for (const rollUp of [SALES, VARIANT_SALES, DISCOUNT_DAYS]) await addNextOrders(tx, rollUp);
    await sumChangedRefunds(tx);
    expect(scanned()).to.deep.equal([]);
  });
});
