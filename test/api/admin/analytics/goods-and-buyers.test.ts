import { expect } from 'chai';
import { newId } from '../../../../src/infra/ids.ts';
import { stockVariant } from '../../../support/books.ts';
import { putDiscount } from '../../../support/offers.ts';
import { plantOrder } from '../../../support/orders.ts';
import { addUpAll } from '../../../support/sales.ts';
import { openPeopleShop, type PeopleShop } from '../../people-shop.ts';

describe('figures about goods, discounts, buyers and reviews', function () {
  this.timeout(30_000);
  let shop: PeopleShop;
  let token: string;
  before(async () => {
    shop = await openPeopleShop();
    token = (await shop.staff('analyst')).accessToken;
  });
  beforeEach(() =>
    shop.db.query(
      `truncate orders, checkouts, variant_sales, discount_days, sales_hours, conversion_hours, conversion_days cascade`,
    ),
  );
  after(() => shop.close());

  const query = <R extends object>(sql: string, params: readonly unknown[] = []) => shop.db.query<R>(sql, params);
  const ask = async <T>(path: string, search: Record<string, string> = {}) =>
    (await shop.ask<T>('GET', `/admin/analytics/${path}?${new URLSearchParams(search)}`, { token })).body;
  const stock = (units: number, price?: number) => stockVariant(query, { stock: units, ...(price && { price }) });

  /** Two units of a variant for 1,050 rupees. */
  async function sell(variantId: string, placed: string) {
    const planted = await plantOrder(query, { variantId });
    await query(`update orders set placed_at = $2 where id = $1`, [planted.orderId, placed]);
    return planted;
  }

  /** Looks before and after orders are added up. */
  async function always(look: () => Promise<void>): Promise<void> {
    await look();
    await addUpAll(shop);
    await look();
  }

  it('list what sold best by variants, products and collections, with the range before', async () => {
    const [shirt, lamp] = [await stock(0), await stock(0)];
    const collectionId = newId();
    await query(
      `with made as (insert into collections (id, slug, title, position) values ($1, 'sale', 'Sale', 1))
        insert into product_collections (collection_id, product_id) select $1, product_id from variants where id = $2`,
      [collectionId, shirt],
    );
    for (const day of ['2026-01-31', '2026-02-01', '2026-02-28', '2026-03-05', '2026-04-02'])
      await sell(shirt, `${day}T12:00:00+05:30`);
    await sell(lamp, '2026-03-04T23:59:59+05:30');
    await sell(lamp, '2025-12-25T12:00:00+05:30');
    type Answer = { data: { id: string; units: number; revenue: number; before: { units: number } }[] };
    const range = { from: '2026-01-31', to: '2026-04-01' };
    await always(async () => {
      const { data } = await ask<Answer>('bestsellers', { ...range, of: 'variants', sort: 'units' });
      expect(data.map(({ id, units, revenue, before }) => [id, units, revenue, before.units])).to.deep.equal([
        [shirt, 8, 420_000, 0],
        [lamp, 2, 105_000, 2],
      ]);
      const days = { from: '2026-02-02', to: '2026-02-28' };
      expect(
        (await ask<Answer>('bestsellers', { ...days, of: 'variants' })).data.map(({ units }) => units),
      ).to.deep.equal([2]);
      const products = (await ask<Answer>('bestsellers', range)).data;
      expect(products.map(({ units }) => units)).to.deep.equal([8, 2]);
      const collections = (await ask<Answer>('bestsellers', { ...range, of: 'collections' })).data;
      expect(collections.map(({ id, units }) => [id, units])).to.deep.equal([[collectionId, 8]]);
      expect((await ask<Answer>('bestsellers', { ...range, limit: '1' })).data).to.have.length(1);
    });
  });

  it('list the uses and the cost of discounts, also of orders that were cancelled later', async () => {
    const discountId = await putDiscount(query, { offer: { kind: 'fixed-amount', amount: 500, per: 'order' } });
    const variantId = await stock(0);
    for (const [day, status] of [
      ['2026-03-01', 'consumed'],
      ['2026-03-02', 'released'],
      ['2026-02-28', 'consumed'],
    ] as const) {
      const { checkoutId } = await sell(variantId, `${day}T12:00:00+05:30`);
      await query(
        `insert into discount_redemptions (checkout_id, discount_id, amount, counters, status, created_at) values ($1, $2, 500, '{}', $3, now())`,
        [checkoutId, discountId, status],
      );
    }
    type Answer = { data: { id: string; uses: number; cost: number; before: object }[] };
    await always(async () => {
      const { data } = await ask<Answer>('discounts', { from: '2026-03-01', to: '2026-03-02' });
      expect(data.map(({ id, uses, cost, before }) => [id, uses, cost, before])).to.deep.equal([
        [discountId, 2, 1_000, { uses: 1, cost: 500 }],
      ]);
    });
  });

  it('tell new and returning customers from guests, whoever claims an order later', async () => {
    const variantId = await stock(0);
    const { customer } = await shop.register();
    const day = (number: number) => `2026-03-0${number}T12:00:00+05:30`;
    const buy = async (number: number, customerId: string | null) => {
      const { checkoutId, orderId } = await sell(variantId, day(number));
      await query(`update checkouts set customer_id = $2 where id = $1`, [checkoutId, customerId]);
      return orderId;
    };
    const guests = await buy(1, null);
    await buy(2, customer.id);
    await buy(3, customer.id);
    type Answer = { totals: Record<string, number> };
    await always(async () => {
      const { totals } = await ask<Answer>('sales', { from: '2026-03-01', to: '2026-03-31' });
      expect(totals).to.include({ newCustomers: 1, returningOrders: 1, guestOrders: 1 });
      await query(`update orders set customer_id = $2 where id = $1`, [guests, customer.id]);
    });
  });

  it('value the stock, and list the variants that run out', async () => {
    await query(`update products set status = 'archived'`);
    const [none, few, many] = [await stock(0, 100), await stock(3, 200), await stock(50, 10)];
    await query(`update stock_levels set reserved = 1 where variant_id = $1`, [few]);
    type Answer = { totals: object; data: { variantId: string; available: number }[] };
    const { totals, data } = await ask<Answer>('stock', { lowAt: '2' });
    expect(totals).to.deep.equal({ variants: 3, onHand: 53, reserved: 1, value: 1_100, soldOut: 1, low: 1 });
    expect(data.map(({ variantId, available }) => [variantId, available])).to.deep.equal([
      [none, 0],
      [few, 2],
    ]);
    expect((await ask<Answer>('stock', { lowAt: '50' })).data.at(-1)?.variantId).to.equal(many);
    await query(`update stock_levels set backorder_limit = 9 where variant_id = $1`, [none]);
    expect((await ask<Answer>('stock', { lowAt: '2' })).totals, 'units to order').to.include({ soldOut: 0, low: 1 });
  });

  it('count reviews by what became of them, with their average', async () => {
    const variantId = await stock(0);
    const { customer } = await shop.register();
    const { orderId } = await plantOrder(query, { variantId });
    const review = (rating: number, state: string) =>
      query(
        `insert into reviews (id, product_id, variant_id, customer_id, order_id, is_verified, rating, title, body, state, steps, created_at,
            updated_at)
          select $1, product_id, id, $3, $4, true, $5, $7, $7, $6, 1, now(), now() from variants where id = $2`,
        [newId(), variantId, customer.id, orderId, rating, state, state === 'deleted' ? '' : 't'],
      );
    for (const [rating, state] of [
      [5, 'approved'],
      [4, 'approved'],
      [4, 'approved'],
      [1, 'rejected'],
      [2, 'held'],
      [3, 'deleted'],
    ] as const)
      await review(rating, state);
    type Answer = { totals: object; data: Record<string, number>[] };
    const { totals, data } = await ask<Answer>('reviews');
    expect(totals).to.deep.equal({ written: 5, approved: 3, rejected: 1, waiting: 1, averageRating: 4.33 });
    expect(data).to.have.length(30);
    expect(data.at(-1)).to.include({ written: 5, averageRating: 4.33 });
  });
});
