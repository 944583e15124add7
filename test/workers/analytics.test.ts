import { expect } from 'chai';
import fc from 'fast-check';
import pg from 'pg';
import { readSales, type SalesPeriod, totalSales } from '../../src/api/admin/analytics/sales-view.ts';
import { INVARIANTS } from '../../src/entities/invariants/all-invariants.ts';
import { recountAnalytics } from '../../src/jobs/reconciliation.ts';
import { brokenInvariants } from '../../tools/verify/database.ts';
import { stockVariant } from '../support/books.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { runsAll } from '../support/extent.ts';
import { recordFacts } from '../support/facts.ts';
import { addUpAll, plantSales, runAnalytics } from '../support/sales.ts';
import { PaidOrder } from './paid-order.ts';

const DAY_MS = 86_400_000;
const INDIA_MS = 5.5 * 3_600_000;
/** The day in India at an instant. */
const dayOf = (at: Date): string => new Date(at.getTime() + INDIA_MS).toISOString().slice(0, 10);

type Sums = Record<string, number>;

describe('the sums of sales and refunds', function () {
  this.timeout(60_000);
  let database: FreshDatabase;
  let client: pg.Client;
  before(async () => {
    database = await freshDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  after(async () => {
    await client?.end();
    await database?.close();
  });

  const broken = () =>
    brokenInvariants(
      client,
      INVARIANTS.filter(({ name }) => name.startsWith('analytics.')),
    );
  afterEach(async () => expect(await broken()).to.deep.equal([]));

  /** What the tables say, added up here by days. */
  async function recounted(): Promise<Map<string, Sums>> {
    const days = new Map<string, Sums>();
    const add = (at: Date, sums: Sums) => {
      const day = days.get(dayOf(at)) ?? {};
      days.set(dayOf(at), day);
      for (const [name, value] of Object.entries(sums)) day[name] = (day[name] ?? 0) + value;
    };
    const orders = await database.db.query<{ at: Date } & Sums>(
      `select placed_at as at, 1 as orders, (select sum(quantity)::int from order_lines where order_id = o.id) as units, subtotal,
          discount, shipping, tax, total as revenue from orders o`,
    );
    for (const { at, ...sums } of orders) add(at, sums);
    const refunds = await database.db.query<{ at: Date } & Sums>(
      `select decided_at as at, 1 as refunds, amount as refunded,
          coalesce((select sum(cgst + sgst + igst) from refund_lines where refund_id = r.id), 0)::int as "refundedTax",
          coalesce((select sum(quantity) from refund_lines where refund_id = r.id and line > 0), 0)::int as "refundedUnits"
        from refunds r where state = 'succeeded' and order_id is not null`,
    );
    for (const { at, ...sums } of refunds) add(at, sums);
    return days;
  }

  const range = { from: dayOf(new Date(Date.now() - 500 * DAY_MS)), to: dayOf(new Date(Date.now() + 60 * DAY_MS)) };

  async function expectRecount(): Promise<void> {
    const [expected, periods] = [await recounted(), await readSales(database.db.search, range, 'day')];
    for (const period of periods) {
      const sums = Object.entries(expected.get(period.period) ?? {});
      for (const [name, value] of sums)
        expect(period[name as keyof SalesPeriod], `${name} of ${period.period}`).to.equal(value);
      if (sums.length === 0) expect(period).to.include({ orders: 0, revenue: 0, refunded: 0 });
      expected.delete(period.period);
    }
    expect([...expected]).to.deep.equal([]);
  }

  it('equal a recount of 10,000 random orders and their refunds, before, while and after they are added up', async () => {
    await plantSales(database.db.query, { orders: 5_000 });
    await expectRecount();
    await addUpAll(database);
    await plantSales(database.db.query, { orders: 5_000 });
    await expectRecount();
    await addUpAll(database);
    await expectRecount();
    const totals = totalSales(await readSales(database.db.search, range, 'day'));
    for (const by of ['week', 'month'] as const)
      expect(totalSales(await readSales(database.db.search, range, by))).to.deep.equal(totals);
    expect(totals.orders).to.equal(10_000);
  });

  it('equal a recount after any purchases, cancellations and refunds of every kind', async () => {
    const step = fc.oneof(
      fc.record({
        act: fc.constant('buy' as const),
        quantity: fc.integer({ min: 1, max: 3 }),
        days: fc.integer({ min: 0, max: 40 }),
      }),
      fc.record({
        act: fc.constantFrom(
          'cancel',
          'cancel a unit',
          'ship',
          'refund',
          'refund a unit',
          'dashboard',
          'record',
          'retry',
          'fail',
          'settle',
        ),
        at: fc.nat(),
        amount: fc.integer({ min: 1, max: 20_000 }),
      }),
      fc.constant({ act: 'add up' as const }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const orders: PaidOrder[] = [];
        for (const one of steps) {
          if (one.act === 'add up') await runAnalytics(database);
          else if ('quantity' in one) orders.push(await buy(one));
          else await change(orders[one.at % orders.length], one);
        }
        await expectRecount();
        // Another refund in an hour that is added up.
        await runAnalytics(database);
        await change(orders[0], { act: 'dashboard', amount: 1 });
        await expectRecount();
        expect(await broken()).to.deep.equal([]);
      }),
      { numRuns: runsAll ? 60 : 6 },
    );
  });

  /** An order that was placed so many days ago. */
  async function buy({ quantity, days }: { quantity: number; days: number }): Promise<PaidOrder> {
    const order = new PaidOrder(database);
    const at = new Date(Date.now() - days * DAY_MS - 12_345_678);
    await order.place([{ quantity, price: 10_000, half: 238, ratePercent: '5' }], { withDelivery: quantity > 1, at });
    return order;
  }

  async function change(order: PaidOrder | undefined, { act, amount }: { act: string; amount: number }): Promise<void> {
    if (!order) return;
    const unit = { lines: [{ line: 1, quantity: 1 }] };
    const acts: Record<string, () => Promise<unknown>> = {
      cancel: () => order.command('CANCEL'),
      'cancel a unit': () => order.command('CANCEL_UNITS', unit),
      ship: async () => [await order.command('PROCESS'), await order.command('SHIP')],
      refund: () => order.command('REFUND', { amount }),
      'refund a unit': () => order.command('REFUND', unit),
      record: () => order.command('RECORD_REFUND', { amount }),
      dashboard: async () => amount <= order.leftAtProvider && order.refundInDashboard(amount),
      retry: async () => {
        const [failed] = await order.query<{ id: string }>(
          `select id from refunds where order_id = $1 and state = 'failed'`,
          [order.orderId],
        );
        return failed && order.command('RETRY_REFUND', { refundId: failed.id });
      },
      fail: async () => {
        const last = order.refunds.findLast(({ reference, status }) => reference === null && status === 'succeeded');
        return last && order.fail(last);
      },
      settle: () => order.settle(),
    };
    await acts[act]?.();
  }

  it('wait for an order that has its number and is not committed yet', async () => {
    await addUpAll(database);
    const total = async () => totalSales(await readSales(database.db.search, range, 'day')).orders;
    const before = await total();
    const variantId = await stockVariant((sql, params = []) => database.db.query(sql, params), { stock: 0 });
    await client.query('begin');
    try {
      await plantSales(async (sql, params) => (await client.query(sql, [...params])).rows, {
        orders: 1,
        variantId,
      });
      await plantSales(database.db.query, { orders: 1, variantId });
      for (let run = 0; run < 4; run++) await runAnalytics(database);
      expect(await total()).to.equal(before + 1);
    } finally {
      await client.query('commit');
    }
    expect(await total()).to.equal(before + 2);
    await addUpAll(database);
    expect(await total()).to.equal(before + 2);
    await expectRecount();
  });

  it('wait for an order whose transaction began after that of a later order', async () => {
    await addUpAll(database);
    const total = async () => totalSales(await readSales(database.db.search, range, 'day')).orders;
    const before = await total();
    const variantId = await stockVariant((sql, params = []) => database.db.query(sql, params), { stock: 0 });
    const order = { orders: 1, variantId };
    const earlier = new pg.Client({ connectionString: database.url });
    await earlier.connect();
    try {
      for (const connection of [earlier, client]) await connection.query('begin; select pg_current_xact_id()');
      await plantSales(async (sql, params) => (await client.query(sql, [...params])).rows, order);
      await plantSales(async (sql, params) => (await earlier.query(sql, [...params])).rows, order);
      await earlier.query('commit');
      for (let run = 0; run < 4; run++) await runAnalytics(database);
    } finally {
      await client.query('commit');
      await earlier.end();
    }
    expect(await total()).to.equal(before + 2);
    await addUpAll(database);
    await expectRecount();
  });

  it('go on after a restore to a server with lower transaction ids', async () => {
    await database.db.query(`update order_roll_ups set next_xid = '1000000000000'`);
    await plantSales(database.db.query, { orders: 2 });
    await addUpAll(database);
    await expectRecount();
  });

  it('are corrected by a recount, which reports what was wrong', async () => {
    await addUpAll(database);
    await database.db.query(
      `update sales_hours set orders = orders + 1 where hour = (select min(hour) from sales_hours)`,
    );
    await database.db.query(`insert into sales_hours values ('1999-12-31T18:30Z', 1, 1, 1, 1, 1, 1, 1, 0, 0)`);
    await database.db.query(`delete from refund_hours where hour = (select max(hour) from refund_hours)`);
    expect((await broken()).map(({ rows }) => rows.length)).to.deep.equal([2, 1]);
    const facts = recordFacts();
    await runAnalytics(database, recountAnalytics).finally(() => facts.stop());
    expect(facts.of('analytics.sums.corrected')).to.have.length(3);
    await runAnalytics(database);
    await expectRecount();
  });
});
