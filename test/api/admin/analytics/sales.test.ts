import { expect } from 'chai';
import { rangesOf } from '../../../../src/api/admin/analytics/answer/day-range.ts';
import { plantOrder } from '../../../support/orders.ts';
import { openPeopleShop, type PeopleShop, type Refused } from '../../people-shop.ts';

interface Answer extends Refused {
  from: string;
  to: string;
  totals: Record<string, number | null>;
  before: { from: string; to: string; totals: Record<string, number | null> };
  data: ({ period: string; start: string } & Record<string, number>)[];
}

describe('the sales of the shop', function () {
  this.timeout(30_000);
  let shop: PeopleShop;
  let token: string;
  before(async () => {
    shop = await openPeopleShop();
    token = (await shop.staff('analyst')).accessToken;
  });
  after(() => shop.close());

  const ask = async (search: Record<string, string> = {}) =>
    (await shop.ask<Answer>('GET', `/admin/analytics/sales?${new URLSearchParams(search)}`, { token })).body;

  /** An order of 1,050 rupees with 50 of tax, two units; a refund of it where there is a time for one. */
  async function sold(placed: string, refunded?: string): Promise<void> {
    const { orderId, checkoutId } = await plantOrder(shop.db.query);
    await shop.db.query(`update orders set placed_at = $2 where id = $1`, [orderId, placed]);
    if (!refunded) return;
    await shop.db.query(
      `with payment as (insert into payments (id, checkout_id, provider, status, currency, amount, captured, created_at, updated_at)
            values ($2, $2, 'stripe', 'succeeded', 'INR', 105000, 105000, now(), now())),
          refund as (insert into refunds (id, order_id, payment_id, amount, cause, state, created_at, decided_at)
            values ($2, $1, $2, 52500, 'refund', 'succeeded', now(), $3))
        insert into refund_lines (refund_id, order_id, line, quantity, amount, taxable, cgst, sgst, igst)
          values ($2, $1, 1, 1, 52500, 50000, 1250, 1250, 0)`,
      [orderId, checkoutId, refunded],
    );
  }

  it('are zeros in a new shop at once, like all other figures', async () => {
    for (const path of ['sales', 'conversion', 'bestsellers', 'discounts', 'stock', 'reviews'])
      expect((await shop.ask('GET', `/admin/analytics/${path}`, { token })).status, path).to.equal(200);
    expect((await ask()).totals).to.include({ orders: 0, revenue: 0, refunds: 0, averageOrderValue: null });
  });

  it('are refused at once while workers have many orders to add up', async () => {
    await shop.db.query(`do $$ begin
      set local session_replication_role = replica;
      insert into order_numbers (number, order_id) select 1000000 + n, gen_random_uuid() from generate_series(1, 150001) n;
    end $$`);
    try {
      for (const path of ['sales', 'bestsellers', 'discounts']) {
        const { status, body } = await shop.ask<Refused>('GET', `/admin/analytics/${path}`, { token });
        expect([status, body.error.code], path).to.deep.equal([503, 'ANALYTICS_UNAVAILABLE']);
      }
    } finally {
      await shop.db.query(`delete from order_numbers where number > 1000000`);
    }
    expect((await ask()).totals.orders).to.equal(0);
  });

  it('are those of days, weeks and months of India, with the range before', async () => {
    // Midnight in India is half past six in the evening, in UTC.
    await sold('2026-03-31T18:29:59.999Z', '2026-04-02T00:00:00Z');
    await sold('2026-03-31T18:30:00Z');
    await sold('2026-04-02T18:29:59Z');
    await sold('2026-04-02T18:30:00Z');
    const { totals, before, data } = await ask({ from: '2026-04-01', to: '2026-04-02' });
    expect(data.map(({ period, start, orders, refunds }) => [period, start, orders, refunds])).to.deep.equal([
      ['2026-04-01', '2026-03-31T18:30:00.000Z', 1, 0],
      ['2026-04-02', '2026-04-01T18:30:00.000Z', 1, 1],
    ]);
    expect(totals).to.deep.equal({
      orders: 2,
      units: 4,
      subtotal: 210_000,
      discount: 0,
      shipping: 0,
      tax: 10_000,
      revenue: 210_000,
      newCustomers: 0,
      returningOrders: 0,
      guestOrders: 2,
      refunds: 1,
      refunded: 52_500,
      refundedTax: 2_500,
      refundedUnits: 1,
      averageOrderValue: 105_000,
      netRevenue: 157_500,
      netRevenueWithoutTax: 150_000,
    });
    expect([before.from, before.to, before.totals.orders]).to.deep.equal(['2026-03-30', '2026-03-31', 1]);
    const periods = async (by: string) =>
      (await ask({ from: '2026-03-31', to: '2026-04-06', by })).data.map(({ period, orders }) => [period, orders]);
    expect(await periods('week')).to.deep.equal([
      ['2026-W14', 4],
      ['2026-W15', 0],
    ]);
    expect(await periods('month')).to.deep.equal([
      ['2026-03', 1],
      ['2026-04', 3],
    ]);
    const hours = (await ask({ from: '2026-04-01', to: '2026-04-01', by: 'hour' })).data;
    expect(hours).to.have.length(24);
    expect([hours[0]?.period, hours[0]?.orders, hours[1]?.start]).to.deep.equal([
      '2026-04-01T00:00',
      1,
      '2026-03-31T19:30:00.000Z',
    ]);
  });

  it('have no average without orders', async () => {
    const { totals } = await ask({ from: '2020-01-01', to: '2020-01-31' });
    expect([totals.orders, totals.averageOrderValue, totals.netRevenue]).to.deep.equal([0, null, 0]);
  });

  it('are a file with rupees for a spreadsheet', async () => {
    const url = `${shop.url}/api/v1/admin/analytics/sales?from=2026-04-02&to=2026-04-03`;
    const headers = { authorization: `Bearer ${token}`, accept: 'text/csv', 'x-forwarded-proto': 'https' };
    const answer = await fetch(url, { headers });
    expect(answer.headers.get('content-disposition')).to.include('sales-2026-04-02-2026-04-03.csv');
    const [header, ...lines] = (await answer.text()).trim().split('\n');
    expect(header).to.match(/^\ufeff?period,orders,units,subtotalRupees,discountRupees/);
    expect(lines[0]).to.equal(
      '2026-04-02,1,2,1050.00,0.00,0.00,50.00,1050.00,0,0,1,1,525.00,25.00,1,1050.00,525.00,500.00',
    );
    expect(lines).to.have.length(2);
  });

  it('are those of the last 30 days, until today in India, by default', () => {
    const { range, before } = rangesOf({}, new Date('2026-03-30T18:30:00Z'));
    expect(range).to.deep.equal({ from: '2026-03-02', to: '2026-03-31' });
    expect(before).to.deep.equal({ from: '2026-01-31', to: '2026-03-01' });
  });

  it('are refused for ranges that are empty, too long or no range', async () => {
    const ranges = [
      { from: '2026-04-02', to: '2026-04-01' },
      { from: '2010-01-01', to: '2026-04-01' },
      { from: '2026-01-01', to: '2026-04-30', by: 'hour' },
      { from: '0000-01-01' },
      { to: '9999-12-31' },
      { from: '2026-02-30' },
      { by: 'year' },
    ];
    for (const range of ranges) {
      const { error } = await ask(range as Record<string, string>);
      expect(error.code, JSON.stringify(range)).to.equal('VALIDATION_FAILED');
    }
  });
});
