import { expect } from 'chai';
import { startOf } from '../../../../src/api/admin/analytics/answer/day-range.ts';
import { newId, uuidv7Floor } from '../../../../src/infra/ids.ts';
import { recountAnalytics } from '../../../../src/jobs/reconciliation.ts';
import { analyticsHandlers } from '../../../../src/workers/analytics/analytics.ts';
import { stockVariant } from '../../../support/books.ts';
import { CONTEXT, runAnalytics } from '../../../support/sales.ts';
import { openPeopleShop, type PeopleShop } from '../../people-shop.ts';

const DAY_MS = 86_400_000;

interface Answer {
  totals: Record<string, number | null>;
  before: { totals: Record<string, number | null> };
  losses: { state: string; reason: string; checkouts: number }[];
  data: ({ period: string } & Record<string, number>)[];
}

describe('the conversion of carts', function () {
  this.timeout(30_000);
  let shop: PeopleShop;
  let token: string;
  let variantId: string;
  before(async () => {
    shop = await openPeopleShop();
    token = (await shop.staff('order-manager')).accessToken;
    variantId = await stockVariant((sql, params = []) => shop.db.query(sql, params), { stock: 1 });
  });
  beforeEach(() => shop.db.query(`truncate carts, checkouts, conversion_hours, conversion_days cascade`));
  after(() => shop.close());

  /** The middle of a day of India so many days ago. */
  const noon = (days: number): Date => {
    const today = new Date(Date.now() + 5.5 * 3_600_000).toISOString().slice(0, 10);
    return new Date(startOf(today, -days).getTime() + DAY_MS / 2);
  };
  const idAt = (at: Date): string => uuidv7Floor(at).slice(0, 14) + newId().slice(14);

  async function cart(days: number, { goods = true, status = 'open' } = {}): Promise<string> {
    const id = idAt(noon(days));
    await shop.db.query(
      `insert into carts (id, currency, status, created_at, updated_at) values ($1, 'INR', $2, $3, $3)`,
      [id, status, noon(days)],
    );
    if (goods)
      await shop.db.query(`insert into cart_items (id, cart_id, variant_id, quantity) values ($1, $1, $2, 1)`, [
        id,
        variantId,
      ]);
    return id;
  }

  async function checkout(days: number, state: string, reason: string | null = null): Promise<string> {
    const cartId = await cart(days, { status: reason === null ? 'checkout' : 'open' });
    const id = idAt(noon(days));
    await shop.db.query(
      `insert into checkouts (id, order_id, cart_id, cart_version, place_of_supply, currency, total, state, reason, busy, steps, expires_at,
          created_at, updated_at)
        values ($1, $1, $2, 1, 'IN-KA', 'INR', 1, $3, $4, false, 1, $5, $5, $5)`,
      [id, cartId, state, reason, noon(days)],
    );
    return id;
  }

  const ask = async (days: number, by = 'day') => {
    const range = new URLSearchParams({ from: dayOf(noon(days)), to: dayOf(noon(0)), by });
    return (await shop.ask<Answer>('GET', `/admin/analytics/conversion?${range}`, { token })).body;
  };
  const dayOf = (at: Date): string => new Date(at.getTime() + 5.5 * 3_600_000).toISOString().slice(0, 10);

  /** What an answer says while nothing is counted, after hours are counted, and after they are counted again. */
  async function always(look: () => Promise<void>): Promise<void> {
    await look();
    await runAnalytics(shop.deps);
    await look();
    await runAnalytics(shop.deps, recountAnalytics);
    await look();
  }

  it('counts carts with goods, checkouts, orders and reasons, with the days before', async () => {
    await cart(5);
    await cart(5, { goods: false });
    await cart(0);
    await checkout(5, 'COMPLETED');
    await checkout(5, 'EXPIRED', 'RESERVATION_EXPIRED');
    await checkout(4, 'FAILED', 'INSUFFICIENT_INVENTORY');
    await checkout(4, 'FAILED', 'INSUFFICIENT_INVENTORY');
    await checkout(1, 'PAYMENT_PENDING');
    await checkout(8, 'CANCELLED', 'CANCELLED_BY_CUSTOMER');
    await always(async () => {
      const { totals, before, losses, data } = await ask(5);
      expect(totals).to.deep.equal({
        carts: 7,
        checkouts: 5,
        completed: 1,
        open: 1,
        expired: 1,
        cancelled: 0,
        failed: 2,
        checkoutRate: 71.43,
        completionRate: 25,
      });
      expect(before.totals).to.include({ carts: 1, checkouts: 1, cancelled: 1 });
      expect(losses).to.deep.equal([
        { state: 'FAILED', reason: 'INSUFFICIENT_INVENTORY', checkouts: 2 },
        { state: 'EXPIRED', reason: 'RESERVATION_EXPIRED', checkouts: 1 },
      ]);
      expect(data.map(({ carts }) => carts)).to.deep.equal([3, 2, 0, 0, 1, 1]);
      for (const by of ['hour', 'month']) {
        const same = await ask(5, by);
        expect([same.totals, same.losses], by).to.deep.equal([totals, losses]);
      }
    });
  });

  it('counts an order of an old checkout after the next night', async () => {
    const late = await checkout(5, 'EXPIRED', 'RESERVATION_EXPIRED');
    await runAnalytics(shop.deps);
    await shop.db.query(`update checkouts set state = 'COMPLETED', updated_at = now() where id = $1`, [late]);
    await runAnalytics(shop.deps);
    expect((await ask(6)).totals.completed).to.equal(0);
    await runAnalytics(shop.deps, recountAnalytics);
    expect((await ask(6)).totals.completed).to.equal(1);
  });

  it('adds up again what workers of an older release counted: recent days each minute, all days after a start', async () => {
    await cart(40);
    await cart(5);
    const handlers = analyticsHandlers(shop.deps);
    const eachMinute = () => handlers[0]?.run({}, CONTEXT);
    await eachMinute();
    const counted = (await ask(45, 'month')).totals.carts;
    await shop.db.query(`delete from conversion_days`);
    await eachMinute();
    expect((await ask(45, 'month')).totals.carts).to.equal(1);
    await runAnalytics(shop.deps);
    expect((await ask(45, 'month')).totals.carts).to.equal(counted);
  });

  it('keeps the counts of carts that are deleted', async () => {
    const id = await cart(35);
    await runAnalytics(shop.deps);
    await shop.db.query(`delete from cart_items where cart_id = $1`, [id]);
    await shop.db.query(`delete from carts where id = $1`, [id]);
    await runAnalytics(shop.deps, recountAnalytics);
    expect((await ask(40)).totals.carts).to.equal(1);
  });
});
