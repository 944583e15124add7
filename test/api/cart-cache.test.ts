import { expect } from 'chai';
import fc from 'fast-check';
import { Cart } from '../../src/entities/cart/cart.ts';
import { newId } from '../../src/infra/ids.ts';
import { BENGALURU } from '../support/address.ts';
import { stockVariant } from '../support/books.ts';
import { runsAll } from '../support/extent.ts';
import type { Cart as CartView } from '../support/shop.ts';
import { waitFor } from '../support/wait-for.ts';
import { openPeopleShop, PASSWORD, type PeopleShop } from './people-shop.ts';

describe('carts kept in Redis', function () {
  this.timeout(60_000);
  let shop: PeopleShop;
  let shirt: string;
  let shawl: string;
  before(async () => {
    shop = await openPeopleShop();
    shirt = await stockVariant(shop.db.query, { stock: 100, price: 49_900 });
    shawl = await stockVariant(shop.db.query, { stock: 100, price: 99_900 });
  });
  after(() => shop.close());

  const keyOf = (id: string) => `vcecom:cart:${id}`;
  const fill = async (variantId = shirt) => {
    const body = { items: [{ variantId, quantity: 2 }] };
    return (await shop.ask<CartView>('POST', '/store/cart', { body })).body;
  };
  const look = async ({ id, cartToken }: CartView) =>
    (await shop.ask<CartView>('GET', `/store/cart/${id}`, { cartToken })).body;
  const lines = ({ items }: CartView) => items.map(({ variantId, quantity }) => [variantId, quantity]);
  const kept = async ({ id }: { id: string }): Promise<{ version: number; items: { quantity: number }[] }> =>
    JSON.parse((await shop.redis.get(keyOf(id))) ?? 'null');
  /** What is kept is written behind the answer. */
  const keptAt = (cart: { id: string }, version: number) =>
    waitFor(`version ${version} is kept`, async () =>
      (await kept(cart))?.version === version ? kept(cart) : undefined,
    );
  const change = (cart: CartView, method: string, path: string, body?: object) =>
    shop.ask<CartView>(method, `/store/cart/${cart.id}${path}`, { cartToken: cart.cartToken, body });

  it('are written with each change, and live about a week', async () => {
    const cart = await fill();
    await keptAt(cart, 1);
    const { body } = await change(cart, 'POST', '/items', { variantId: shawl, quantity: 1 });
    expect((await keptAt(cart, body.version)).items.map(({ quantity }) => quantity)).to.deep.equal([2, 1]);
    expect(await shop.redis.ttl(keyOf(cart.id))).to.be.within(6 * 86_400, 8 * 86_400);
  });

  it('are what is answered while they are current, and not when the row is ahead of them', async () => {
    const cart = await fill();
    const stored = await keptAt(cart, 1);
    for (const item of stored.items) item.quantity = 7;
    await shop.redis.set(keyOf(cart.id), JSON.stringify(stored));
    expect(lines(await look(cart))).to.deep.equal([[shirt, 7]]);
    await shop.db.query('update carts set version = version + 1 where id = $1', [cart.id]);
    expect(lines(await look(cart))).to.deep.equal([[shirt, 2]]);
    await keptAt(cart, 2);
  });

  it('do not matter when they are of another form, or no JSON at all', async () => {
    const cart = await fill();
    for (const rubbish of ['', 'x', '{}', '[1]', '{"id":1,"version":1}']) {
      await keptAt(cart, 1);
      await shop.redis.set(keyOf(cart.id), rubbish);
      expect(lines(await look(cart))).to.deep.equal([[shirt, 2]]);
    }
  });

  it('open to nobody to whom the cart does not', async () => {
    const cart = await fill();
    const { accessToken: token, email } = await shop.register();
    await keptAt(cart, 1);
    expect((await shop.ask('GET', `/store/cart/${cart.id}`, { token })).status).to.equal(404);
    const body = { email, password: PASSWORD, cartId: cart.id };
    await shop.ask('POST', '/store/account/login', { body, cartToken: cart.cartToken });
    expect((await shop.ask('GET', `/store/cart/${cart.id}`, { cartToken: cart.cartToken })).status).to.equal(404);
    expect((await shop.ask('GET', `/store/cart/${cart.id}`, { token })).status).to.equal(200);
  });

  it('tell a changed price once', async () => {
    const variantId = await stockVariant(shop.db.query, { stock: 10, price: 10_000 });
    const cart = await fill(variantId);
    await keptAt(cart, 1);
    await shop.db.query('update variants set price = 12000 where id = $1', [variantId]);
    expect((await look(cart)).priceChanges.map(({ before, after }) => [before, after])).to.deep.equal([
      [10_000, 12_000],
    ]);
    expect((await look(cart)).priceChanges).to.deep.equal([]);
  });

  it('follow a checkout that takes the cart', async () => {
    const cart = await fill();
    await keptAt(cart, 1);
    const body = { cartId: cart.id, email: 'asha@example.com', shippingAddress: BENGALURU };
    expect((await shop.ask('POST', '/store/checkout', { body, cartToken: cart.cartToken })).status).to.equal(202);
    expect((await look(cart)).status).to.equal('checkout');
  });

  it('never make an answer that Postgres would not give, whatever was put back or lost', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add'), units: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constant('set'), units: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ kind: fc.constantFrom('deliver', 'lose', 'put back', 'look'), units: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        const cart = await fill();
        const past: string[] = [];
        for (const { kind, units } of steps) {
          past.push((await shop.redis.get(keyOf(cart.id))) ?? '{}');
          const [first] = (await look(cart)).items;
          if (kind === 'add') await change(cart, 'POST', '/items', { variantId: shawl, quantity: units });
          if (kind === 'set' && first) await change(cart, 'PATCH', `/items/${first.id}`, { quantity: units });
          if (kind === 'deliver') await change(cart, 'PUT', '/shipping', { state: 'IN-KA', shippingMethodId: null });
          if (kind === 'lose') await shop.redis.del(keyOf(cart.id));
          if (kind === 'put back') await shop.redis.set(keyOf(cart.id), past[0] ?? '{}');
          const answered = await look(cart);
          await shop.redis.del(keyOf(cart.id));
          expect(answered).to.deep.equal(await look(cart));
        }
      }),
      { numRuns: runsAll ? 25 : 8 },
    );
  });

  it('of one millisecond have versions of their own: a change always moves the time of the cart on', () => {
    const now = new Date();
    const cart = Cart.open({ currency: 'INR', customerId: null, now });
    const times = [1, 2].map(() => {
      cart.addWithinLimits({ variantId: newId(), quantity: 1 }, now);
      return cart.updatedAt.getTime();
    });
    expect(times).to.deep.equal([now.getTime() + 1, now.getTime() + 2]);
  });

  it('are not needed: without Redis carts are read and changed all the same', async () => {
    const cart = await fill();
    shop.redis.disconnect();
    await change(cart, 'POST', '/items', { variantId: shawl, quantity: 1 });
    expect(lines(await look(cart))).to.deep.equal([
      [shirt, 2],
      [shawl, 1],
    ]);
  });
});
