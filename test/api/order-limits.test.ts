import { expect } from 'chai';
import { newId } from '../../src/infra/ids.ts';
import { BENGALURU } from '../support/address.ts';
import { stockVariant } from '../support/books.ts';
import { flatZone, putBundle, putDiscount, putPriceList, putShippingMethod } from '../support/offers.ts';
import type { Cart, Line } from '../support/shop.ts';
import { openPeopleShop, type PeopleShop, type Refused, type Reply } from './people-shop.ts';

const ORDER = { variant: 100, units: 500, value: 1_000_000_000 };
const LARGEST_PRICE = 1_000_000_000_000;

type Answer = Reply<Cart & Refused>;

describe('what an order may hold', () => {
  let shop: PeopleShop;
  before(async () => {
    shop = await openPeopleShop();
  });
  beforeEach(() => {
    shop.deps.orderLimits = ORDER;
  });
  after(() => shop.close());

  const stock = (goods: Partial<{ price: number }> = {}) => stockVariant(shop.db.query, { stock: 10, ...goods });
  const fill = (items: Line[]): Promise<Answer> => shop.ask('POST', '/store/cart', { body: { items } });
  const add = ({ id, cartToken }: Cart, body: Line): Promise<Answer> =>
    shop.ask('POST', `/store/cart/${id}/items`, { cartToken, body });
  const set = ({ id, cartToken, items }: Cart, quantity: number): Promise<Answer> =>
    shop.ask('PATCH', `/store/cart/${id}/items/${items[0]?.id}`, { cartToken, body: { quantity } });
  const told = ({ status, body }: Answer) => [status, body.error?.code, body.error?.details];

  it('is a hundred units of a variant, however they are asked for', async () => {
    const variantId = await stock();
    const over = (requested: number) => [
      422,
      'QUANTITY_LIMIT_EXCEEDED',
      { variantId, requested, maxPerOrder: ORDER.variant },
    ];
    expect(told(await fill([{ variantId, quantity: 101 }]))).to.deep.equal(over(101));
    const twice = { variantId, quantity: 60 };
    expect(told(await fill([twice, twice])), 'equal lines of one request').to.deep.equal(over(120));
    const { status, body: cart } = await fill([twice]);
    expect(status).to.equal(201);
    expect(told(await add(cart, twice))).to.deep.equal(over(120));
    expect(told(await set(cart, 101))).to.deep.equal(over(101));
    expect((await set(cart, 100)).status).to.equal(200);
  });

  it('counts what bundles hold', async () => {
    const variantId = await stock();
    const { id: bundleId, setIds } = await putBundle(shop.db.query, {
      pricing: { kind: 'sum' },
      sets: [{ min: 1, max: 60, items: [{ variantId }] }],
    });
    const selections = [{ setId: setIds[0] ?? '', items: [{ variantId, quantity: 60 }] }];
    const answer = await fill([{ bundleId, quantity: 2, selections }]);
    expect(told(answer).slice(0, 2)).to.deep.equal([422, 'QUANTITY_LIMIT_EXCEEDED']);
  });

  it('is for a variant with a limit of its own that one, also when it is higher', async () => {
    const variantId = await stock();
    await shop.db.query(`update variants set max_per_order = 300 where id = $1`, [variantId]);
    expect((await fill([{ variantId, quantity: 300 }])).status).to.equal(201);
    expect(told(await fill([{ variantId, quantity: 301 }]))[1]).to.equal('QUANTITY_LIMIT_EXCEEDED');
  });

  it('is five hundred units in all', async () => {
    const variants = await Promise.all(Array.from({ length: 6 }, () => stock({ price: 100 })));
    const lines = variants.map((variantId) => ({ variantId, quantity: 100 }));
    const over = [422, 'ORDER_UNITS_EXCEEDED', { requested: 600, maxUnits: ORDER.units }];
    expect(told(await fill(lines))).to.deep.equal(over);
    const { body: cart } = await fill(lines.slice(1));
    const [line] = lines;
    if (!line) throw new Error('there are no lines');
    expect(told(await add(cart, line))).to.deep.equal(over);
    shop.deps.orderLimits = { ...ORDER, units: 10 };
    expect((await set(cart, 99)).status, 'less is always possible').to.equal(200);
  });

  it('is worth ten million rupees', async () => {
    const variantId = await stock({ price: ORDER.value / 4 });
    const { status, body: cart } = await fill([{ variantId, quantity: 4 }]);
    expect(status).to.equal(201);
    const over = [422, 'ORDER_VALUE_EXCEEDED', { value: 1_250_000_000, maxValue: ORDER.value }];
    expect(told(await set(cart, 5))).to.deep.equal(over);
  });

  it('is compared with the sum of equal lines, also of very many', async () => {
    const variantId = await stock({ price: 1 });
    await shop.db.query(`update variants set max_per_order = 10000 where id = $1`, [variantId]);
    shop.deps.orderLimits = { variant: 10_000, units: 1e9, value: 1e12 };
    const line = { variantId, quantity: 10_000 };
    const over = [422, 'QUANTITY_LIMIT_EXCEEDED', { variantId, requested: 20_000, maxPerOrder: 10_000 }];
    expect(told(await fill(Array(200).fill(line)))).to.deep.equal(over);
    const { status, body: cart } = await fill([line]);
    expect([status, (await set(cart, 10_000)).status]).to.deep.equal([201, 200]);
    expect(told(await add(cart, line))).to.deep.equal(over);
  });

  it('is never an amount that cannot be computed, wherever a price is asked for, and less is always possible', async () => {
    const variants = await Promise.all([1, 2].map(() => stock({ price: 1 })));
    shop.deps.orderLimits = { variant: 10_000, units: 1e9, value: 1e12 };
    const { body: cart } = await fill(variants.map((variantId) => ({ variantId, quantity: 9_000 })));
    // Each line is exact, their sum is not.
    await putPriceList(shop.db.query, { prices: variants.map((variantId) => [variantId, LARGEST_PRICE, 1]) });
    const { id, cartToken } = cart;
    const over = [422, 'ORDER_VALUE_EXCEEDED', { maxValue: Number.MAX_SAFE_INTEGER }];
    const asked: [string, string, object?][] = [
      ['GET', `/store/cart/${id}`],
      ['GET', `/store/cart/${id}/shipping-methods`],
      ['POST', '/store/pricing/explain', { cartId: id }],
      ['PUT', `/store/cart/${id}/shipping`, { state: 'IN-KA', shippingMethodId: null }],
    ];
    await putShippingMethod(shop.db.query, { zones: [flatZone(100)] });
    for (const [method, path, body] of asked) {
      expect(told(await shop.ask(method, path, { cartToken, body })), path).to.deep.equal(over);
    }
    const fewer = await set(cart, 1);
    expect([fewer.status, fewer.body.totals?.total]).to.deep.equal([200, 9_001 * LARGEST_PRICE]);
  });

  it('is never an amount that cannot be computed for bundles, and in previews of discounts', async () => {
    const variantId = await stock({ price: LARGEST_PRICE });
    shop.deps.orderLimits = { variant: 10_000, units: 1e9, value: 1e17 };
    const { id: bundleId, setIds } = await putBundle(shop.db.query, {
      pricing: { kind: 'fixed', price: LARGEST_PRICE },
      sets: [{ min: 1, max: 1, items: [{ variantId, surcharge: LARGEST_PRICE }] }],
    });
    const selections = [{ setId: setIds[0] ?? '', items: [{ variantId, quantity: 1 }] }];
    const bundles = { bundleId, quantity: 10_000, selections };
    const over = [422, 'ORDER_VALUE_EXCEEDED', { maxValue: Number.MAX_SAFE_INTEGER }];
    expect(told(await fill([bundles]))).to.deep.equal(over);
    const discount = await putDiscount(shop.db.query, { offer: { kind: 'percentage', percent: 1, cap: null } });
    const { accessToken: token } = await shop.staff('admin');
    for (const line of [bundles, { variantId, quantity: 10_000 }]) {
      const path = `/admin/discounts/${discount}/preview`;
      expect(told(await shop.ask('POST', path, { token, body: { items: [line] } })), path).to.deep.equal(over);
    }
  });

  it('is never an amount that cannot be computed, whatever the settings and price lists allow', async () => {
    const variantId = await stock({ price: LARGEST_PRICE });
    shop.deps.orderLimits = { variant: 10_000, units: 1e9, value: 1e12 };
    expect(told(await fill([{ variantId, quantity: 10_000 }]))[1]).to.equal('ORDER_VALUE_EXCEEDED');
    const dearer = await stock({ price: 1 });
    await putPriceList(shop.db.query, { prices: [[dearer, LARGEST_PRICE, 1]] });
    expect(told(await fill([{ variantId: dearer, quantity: 10_000 }])).slice(0, 2)).to.deep.equal([
      422,
      'ORDER_VALUE_EXCEEDED',
    ]);
  });
});

describe('what one account or network may hold unpaid', () => {
  let shop: PeopleShop;
  let variantId: string;
  before(async () => {
    shop = await openPeopleShop();
    variantId = await stockVariant(shop.db.query, { stock: 1_000 });
  });
  beforeEach(() => shop.db.query(`update checkouts set network = null`));
  after(() => shop.close());

  const begin = async (quantity = 1, by: { token?: string; key?: string } = {}) => {
    const body = { items: [{ variantId, quantity }] };
    const { body: cart } = await shop.ask<Cart>('POST', '/store/cart', { body });
    const { id: cartId, cartToken } = cart;
    return shop.ask<{ id: string } & Refused>('POST', '/store/checkout', {
      ...by,
      cartToken,
      body: { cartId, email: 'asha@example.com', shippingAddress: BENGALURU },
      headers: { 'idempotency-key': newId() },
    });
  };

  it('is so many checkouts, also of those that come at once', async () => {
    shop.deps.holdLimits = { checkouts: 6, units: 1_000 };
    const begun = await Promise.all(Array.from({ length: 20 }, () => begin()));
    expect(begun.filter(({ status }) => status === 202)).to.have.lengthOf(6);
    const [refused] = begun.filter(({ status }) => status !== 202);
    expect(refused?.status).to.equal(429);
    expect(refused?.body.error).to.deep.include({ code: 'OPEN_CHECKOUTS_EXCEEDED', details: { maxCheckouts: 6 } });
    expect(Number(refused?.headers.get('retry-after'))).to.be.above(0);
  });

  it('counts who is signed in by the account, apart from the guests of the same network', async () => {
    shop.deps.holdLimits = { checkouts: 2, units: 100 };
    const [one, other] = [await shop.register(), await shop.register()];
    const holders = [{}, { token: one.accessToken }, { token: other.accessToken }];
    for (const by of holders) {
      expect([(await begin(60, by)).status, (await begin(41, by)).status]).to.deep.equal([202, 429]);
      expect([(await begin(1, by)).status, (await begin(1, by)).status]).to.deep.equal([202, 429]);
    }
    const rows = await shop.db.query<{ network: string | null }>(`select network from checkouts`);
    expect(rows.map(({ network }) => network).join(' ')).not.to.contain(one.customer.id);
  });

  it('counts a checkout of at most five units as a checkout only', async () => {
    shop.deps.holdLimits = { checkouts: 4, units: 10 };
    expect((await begin(10)).status).to.equal(202);
    expect([(await begin(6)).status, (await begin(5)).status, (await begin(5)).status]).to.deep.equal([429, 202, 202]);
    await shop.db.query(`update checkouts set network = null where units = 10`);
    expect((await begin(10)).status, 'the small ones are not counted').to.equal(202);
  });

  it('is so many units', async () => {
    shop.deps.holdLimits = { checkouts: 100, units: 100 };
    expect((await begin(60)).status).to.equal(202);
    const { status, body } = await begin(41);
    expect([status, body.error.code]).to.deep.equal([429, 'HELD_UNITS_EXCEEDED']);
    expect(body.error.details).to.deep.equal({ requested: 41, maxUnits: 100 });
    expect((await begin(40)).status).to.equal(202);
  });

  it('is not what refuses an order of more units than an order may have', async () => {
    shop.deps.holdLimits = { checkouts: 100, units: 20 };
    const filled = shop.deps.orderLimits;
    const { body: cart } = await shop.ask<Cart>('POST', '/store/cart', {
      body: { items: [{ variantId, quantity: 21 }] },
    });
    shop.deps.orderLimits = { ...filled, units: 20 };
    const body = { cartId: cart.id, email: 'asha@example.com', shippingAddress: BENGALURU };
    const answer = await shop.ask('POST', '/store/checkout', { cartToken: cart.cartToken, body });
    shop.deps.orderLimits = filled;
    expect([answer.status, answer.body.error.code, answer.body.error.details]).to.deep.equal([
      ...[422, 'ORDER_UNITS_EXCEEDED'],
      { requested: 21, maxUnits: 20 },
    ]);
  });

  it('does not count what has run out of time, whether or not anything has ended it', async () => {
    shop.deps.holdLimits = { checkouts: 1, units: 100 };
    const first = await begin();
    expect((await begin()).status).to.equal(429);
    await shop.db.query(`update checkouts set expires_at = now() - interval '1 s' where id = $1`, [first.body.id]);
    expect((await begin()).status).to.equal(202);
  });

  it('leaves the same cart its checkout, and nothing behind of what was refused', async () => {
    shop.deps.holdLimits = { checkouts: 1, units: 100 };
    await begin();
    const { body: cart } = await shop.ask<Cart>('POST', '/store/cart', {
      body: { items: [{ variantId, quantity: 1 }] },
    });
    const { id: cartId, cartToken } = cart;
    const body = { cartId, email: 'asha@example.com', shippingAddress: BENGALURU };
    const ask = () => shop.ask<{ id: string }>('POST', '/store/checkout', { cartToken, body });
    expect((await ask()).status).to.equal(429);
    expect((await shop.ask<Cart>('GET', `/store/cart/${cartId}`, { cartToken })).body.status).to.equal('open');
    shop.deps.holdLimits = { checkouts: 2, units: 100 };
    const { status, body: begun } = await ask();
    expect(status).to.equal(202);
    expect((await ask()).body.id, 'again').to.equal(begun.id);
  });
});
