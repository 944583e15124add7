import { expect } from 'chai';
import type { z } from 'zod';
import type { explainedSchema } from '../../src/api/store/pricing/price-explanation.ts';
import { MUMBAI } from '../support/address.ts';
import { flatZone, only, putBundle, putDiscount, putPriceList, putRule, putShippingMethod } from '../support/offers.ts';
import type { Cart, Failed } from '../support/shop.ts';
import { type Flow, sharedFlow } from './stack.ts';

type Explained = z.infer<typeof explainedSchema>;

describe('what a cart costs', function () {
  this.timeout(30_000);
  let flow: Flow;
  before(async function () {
    flow = await sharedFlow(this);
  });

  const ordered = (checkoutId: string) =>
    flow.books.query<{
      variantId: string;
      quantity: number;
      lineTotal: number;
      discount: number;
      bundle: number | null;
    }>(
      `select l.variant_id as "variantId", l.quantity, l.line_total::int as "lineTotal", l.discount::int,
          l.bundle_item as bundle from order_lines l join checkouts c on c.order_id = l.order_id
        where c.id = $1 order by l.line`,
      [checkoutId],
    );

  it('counts quantity breaks, then rules', async () => {
    const { shop, books } = flow;
    const variantId = await books.stock({ stock: 100, price: 10_000 });
    await putPriceList(books.query, { prices: [[variantId, 9_000, 10]] });
    await putRule(books.query, { include: only(variantId), action: { kind: 'percent-off', percent: 10 } });
    const nine = await shop.cart([{ variantId, quantity: 9 }]);
    expect(nine.items[0]).to.include({ unitPrice: 9_000, lineTotal: 81_000 });
    const ten = await shop.cart([{ variantId, quantity: 10 }]);
    expect(ten.items[0]).to.include({ unitPrice: 8_100, lineTotal: 81_000 });
    expect((await shop.buy([{ variantId, quantity: 10 }], { expectedTotal: 81_000 })).state).to.equal('COMPLETED');
  });

  it('tells a client once that a price has changed since it looked', async () => {
    const { shop, books } = flow;
    const variantId = await books.stock({ stock: 9, price: 10_000 });
    const cart = await shop.cart([{ variantId, quantity: 1 }]);
    const itemId = cart.items[0]?.id;
    await books.query(`update variants set price = 12000 where id = $1`, [variantId]);
    const changed = await shop.open(cart);
    expect(changed.priceChanges).to.deep.equal([{ itemId, before: 10_000, after: 12_000 }]);
    expect(changed.totals.total).to.equal(12_000);
    expect((await shop.open(cart)).priceChanges).to.deep.equal([]);
  });

  it('prices a bundle as a whole, reserves its components, and counts each with its own share', async () => {
    const { shop, books } = flow;
    const [tea, cup] = [
      await books.stock({ stock: 10, price: 30_000 }),
      await books.stock({ stock: 10, price: 10_001 }),
    ];
    const bundle = await putBundle(books.query, {
      pricing: { kind: 'fixed', price: 35_000 },
      sets: [
        { min: 1, max: 2, items: [{ variantId: tea, surcharge: 500 }] },
        { min: 0, max: 2, items: [{ variantId: cup }] },
      ],
    });
    const [teas = '', cups = ''] = bundle.setIds;
    const selections = [
      { setId: teas, items: [{ variantId: tea, quantity: 1 }] },
      { setId: cups, items: [{ variantId: cup, quantity: 2 }] },
    ];
    const cart = await shop.cart([{ bundleId: bundle.id, quantity: 2, selections }]);
    expect(cart.items[0]).to.include({ bundleId: bundle.id, unitPrice: 35_500, lineTotal: 71_000, available: 5 });
    const more = await shop.ask<Cart>('POST', `/cart/${cart.id}/items`, {
      token: cart.cartToken,
      body: { bundleId: bundle.id, quantity: 1, selections: selections.toReversed() },
    });
    expect(more.body.items.map(({ quantity }) => quantity)).to.deep.equal([3]);
    const bought = await shop.buy([
      { bundleId: bundle.id, quantity: 3, selections },
      { variantId: cup, quantity: 1 },
    ]);
    expect(bought.total).to.equal(116_501);
    // 106,500 in the ratio 30,000 : 20,002.
    expect(await ordered(bought.id)).to.deep.equal([
      { variantId: cup, quantity: 1, lineTotal: 10_001, discount: 0, bundle: null },
      { variantId: tea, quantity: 3, lineTotal: 63_897, discount: 0, bundle: 1 },
      { variantId: cup, quantity: 6, lineTotal: 42_603, discount: 0, bundle: 1 },
    ]);
    expect(await books.level(tea)).to.include({ onHand: 7, reserved: 0 });
    expect(await books.level(cup)).to.include({ onHand: 3, reserved: 0 });
    const tooMany = await shop.settled(
      await shop.checkout(
        await shop.cart([
          { bundleId: bundle.id, quantity: 1, selections },
          { variantId: cup, quantity: 2 },
        ]),
      ),
    );
    expect(tooMany.reasonDetails).to.deep.equal({ variantId: cup, requested: 4, available: 3 });
  });

  it('refuses a selection that does not fit, and says which set', async () => {
    const { shop, books } = flow;
    const tea = await books.stock({ stock: 10 });
    const sets = [{ min: 1, max: 2, items: [{ variantId: tea }] }];
    const bundle = await putBundle(books.query, { pricing: { kind: 'sum' }, sets });
    const [setId = ''] = bundle.setIds;
    const selections = [{ setId, items: [{ variantId: tea, quantity: 3 }] }];
    const body = { items: [{ bundleId: bundle.id, quantity: 1, selections }] };
    const { status, body: failed } = await shop.ask<Failed>('POST', '/cart', { body });
    expect([status, failed.error.code]).to.deep.equal([422, 'BUNDLE_SELECTION_INVALID']);
    expect(failed.error.details).to.deep.equal({
      ...{ bundleId: bundle.id, setId },
      ...{ problem: 'has 3 units', expected: '1 to 2' },
    });
  });

  it('counts delivery by method and place, with the tax of the goods, and free delivery takes it off', async () => {
    const { shop, books } = flow;
    const variantId = await books.stock({ stock: 9, price: 10_000 });
    const zones = [flatZone(4_900, ['IN-KA']), flatZone(9_900, ['IN-MH'])];
    const shippingMethodId = await putShippingMethod(books.query, { zones });
    const cart = await shop.cart([{ variantId, quantity: 1 }]);
    const request = { token: cart.cartToken };
    const quotes = await shop.ask<{ data: { id: string; price: number; total: number }[] }>(
      'GET',
      `/cart/${cart.id}/shipping-methods?state=IN-MH`,
      request,
    );
    const mine = quotes.body.data.find(({ id }) => id === shippingMethodId);
    expect(mine).to.include({ price: 9_900, total: 19_900 });
    const body = { state: 'IN-MH', shippingMethodId };
    const chosen = await shop.ask<Cart>('PUT', `/cart/${cart.id}/shipping`, { ...request, body });
    expect(chosen.body.totals).to.include({ subtotal: 10_000, shipping: 9_900, total: 19_900 });
    const payment = { method: 'pm_card_visa', address: MUMBAI, expectedTotal: 19_900 };
    const bought = await shop.settled(await shop.checkout(cart, payment));
    expect(bought.state).to.equal('COMPLETED');
    const [order] = await books.query<Record<string, number>>(
      `select shipping::int, tax::int, shipping_igst::int as igst, shipping_cgst::int as cgst from orders o
        join checkouts c on c.order_id = o.id where c.id = $1`,
      [bought.id],
    );
    // 10,000 × 18 / 118 = 1,525.4; 9,900 × 18 / 118 = 1,510.2
    expect(order).to.deep.equal({ shipping: 9_900, tax: 3_035, igst: 1_510, cgst: 0 });

    await putDiscount(books.query, { code: 'CARRIED', include: only(variantId), offer: { kind: 'free-shipping' } });
    const free = await shop.buy([{ variantId, quantity: 1 }], { shippingMethodId, codes: ['CARRIED'] });
    expect(free.total).to.equal(10_000);
  });

  it('fails a checkout whose method does not deliver to the address', async () => {
    const { shop, books } = flow;
    const variantId = await books.stock({ stock: 9 });
    const shippingMethodId = await putShippingMethod(books.query, { zones: [flatZone(4_900, ['IN-KA'])] });
    const cart = await shop.cart([{ variantId, quantity: 1 }]);
    const failed = await shop.settled(await shop.checkout(cart, { shippingMethodId, address: MUMBAI }));
    expect(failed.reason).to.equal('ADDRESS_NOT_SERVED');
    expect(await books.level(variantId)).to.include({ reserved: 0 });
  });

  it('is explained step by step', async () => {
    const { shop, books } = flow;
    const variantId = await books.stock({ stock: 9, price: 10_000 });
    const rule = await putRule(books.query, {
      include: only(variantId),
      action: { kind: 'amount-off', amount: 1_000 },
    });
    const discount = await putDiscount(books.query, {
      code: 'HALF',
      include: only(variantId),
      offer: { kind: 'percentage', percent: 50, cap: 2_000 },
    });
    const cart = await shop.enter(await shop.cart([{ variantId, quantity: 1 }]), 'half');
    const { body } = await shop.ask<Explained>('POST', '/pricing/explain', {
      token: cart.cartToken,
      body: { cartId: cart.id },
    });
    const steps = body.explanation.filter(({ id, step }) => [rule, discount].includes(id ?? '') || step === 'total');
    expect(steps.map(({ step, before, after }) => `${step} ${before} ${after}`)).to.deep.equal([
      'rule 10000 9000',
      'discount 9000 7000',
      'discount 9000 7000',
      'total 9000 7000',
    ]);
    expect(body.totals).to.deep.equal(cart.totals);
  });
});
