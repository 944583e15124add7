import { expect } from 'chai';
import fc from 'fast-check';
import { Cart, MOST_LINES } from '../../src/entities/cart/cart.ts';
import { mergeInto } from '../../src/entities/cart/cart-merge.ts';
import { newId } from '../../src/infra/ids.ts';
import { BENGALURU } from '../support/address.ts';
import { stockVariant } from '../support/books.ts';
import type { Cart as CartView } from '../support/shop.ts';
import { type Customer, openPeopleShop, PASSWORD, type PeopleShop, type Refused } from './people-shop.ts';

const NOW = new Date();
const BOUNDLESS = { variant: 1e9, units: 1e9, value: 1e12 };

/** A variant in both carts, by its quantities, and what one order may hold of it. */
interface Pair {
  mine: number;
  guest: number;
  most: number | null;
}

describe('merging carts', function () {
  this.timeout(30_000);
  let shop: PeopleShop;
  before(async () => {
    shop = await openPeopleShop();
  });
  after(() => shop.close());

  describe('line by line', () => {
    const quantities = (cart: Cart) =>
      new Map(cart.items.map(({ variantId, quantity }) => [variantId ?? '', quantity]));

    function cartOf(customerId: string | null, lines: [variantId: string, quantity: number][]): Cart {
      const cart = Cart.open({ currency: 'INR', customerId, now: NOW });
      for (const [variantId, quantity] of lines) if (quantity > 0) cart.addWithinLimits({ variantId, quantity }, NOW);
      return cart;
    }

    function merged(pairs: Pair[], order = BOUNDLESS) {
      const named = pairs.map((pair) => ({ ...pair, id: newId() }));
      const mine = cartOf(
        newId(),
        named.map(({ id, mine }) => [id, mine]),
      );
      const guest = cartOf(
        null,
        named.map(({ id, guest }) => [id, guest]),
      );
      const goods = new Map(named.map(({ id, most }) => [id, { maxPerOrder: most ?? 1e9, unitPrice: 100 }]));
      mergeInto(mine, { guest, limits: { goods, order }, now: NOW });
      const [has, left] = [quantities(mine), quantities(guest)];
      const lines = named.map(({ id, ...pair }) => ({ ...pair, has: has.get(id) ?? 0, left: left.get(id) ?? 0 }));
      return { mine, guest, lines };
    }

    it('adds up what one order may hold, and never takes away', () => {
      const { lines, guest, mine } = merged([
        { mine: 2, guest: 3, most: null },
        { mine: 2, guest: 3, most: 4 },
        { mine: 5, guest: 3, most: 4 },
        { mine: 0, guest: 3, most: 2 },
        { mine: 1, guest: 0, most: null },
      ]);
      expect(lines.map(({ has }) => has)).to.deep.equal([5, 4, 5, 2, 1]);
      expect(guest).to.include({ status: 'merged', customerId: mine.customerId });
      expect(guest.items).to.have.lengthOf(0);
    });

    it('leaves in the guest’s cart what has no room in the other, and that cart open', () => {
      const full = Array.from({ length: MOST_LINES }, () => ({ mine: 1, guest: 0, most: null }));
      const { lines, mine, guest } = merged([
        ...full.slice(1),
        { mine: 1, guest: 1, most: null },
        { mine: 0, guest: 7, most: null },
      ]);
      expect(mine.items).to.have.lengthOf(MOST_LINES);
      expect(lines.slice(-2).map(({ has, left }) => [has, left])).to.deep.equal([
        [2, 0],
        [0, 7],
      ]);
      expect(guest).to.include({ status: 'open', customerId: null });
    });

    it('leaves in the guest’s cart what is too much for one order, by units and by value', () => {
      const pairs = [
        { mine: 4, guest: 3, most: 6 },
        { mine: 0, guest: 9, most: null },
      ];
      for (const order of [
        { ...BOUNDLESS, units: 10 },
        { ...BOUNDLESS, value: 1_000 },
      ]) {
        const { lines, guest } = merged(pairs, order);
        expect(lines.map(({ has, left }) => [has, left])).to.deep.equal([
          [6, 0],
          [4, 5],
        ]);
        expect(guest).to.include({ status: 'open', customerId: null });
      }
    });

    it('moves two hundred lines', () => {
      const { lines, guest } = merged(Array.from({ length: MOST_LINES }, () => ({ mine: 0, guest: 2, most: null })));
      expect(new Set(lines.map(({ has, left }) => `${has} ${left}`))).to.have.keys('2 0');
      expect(guest.status).to.equal('merged');
    });

    const pair = fc.record({
      mine: fc.nat({ max: 6 }),
      guest: fc.nat({ max: 6 }),
      most: fc.option(fc.integer({ min: 1, max: 9 })),
    });

    it('loses nothing and doubles nothing, whatever the carts hold', () => {
      const crowded = fc.record({
        some: fc.array(pair, { maxLength: 12 }),
        others: fc.integer({ min: 190, max: 200 }),
      });
      const carts = fc.oneof(
        fc.array(pair, { maxLength: 12 }),
        crowded.map(({ some, others }) => {
          const held = some.filter(({ mine }) => mine > 0).length;
          return [...some, ...Array.from({ length: others - held }, () => ({ mine: 1, guest: 0, most: null }))];
        }),
      );
      fc.assert(
        fc.property(carts, (pairs) => expectWhole(merged(pairs))),
        { numRuns: 200 },
      );
    });

    function expectWhole({ mine, guest, lines }: ReturnType<typeof merged>): void {
      for (const { mine: had, guest: brought, most, has, left } of lines) {
        const allowed = Math.max(had, Math.min(had + brought, most ?? Number.POSITIVE_INFINITY));
        if (left > 0) expect([had, has, left]).to.deep.equal([0, 0, brought]);
        else expect(has).to.equal(allowed);
      }
      const variants = mine.items.map(({ variantId }) => variantId);
      expect(new Set(variants).size).to.equal(variants.length).and.at.most(MOST_LINES);
      const leftOver = lines.some(({ left }) => left > 0);
      expect(guest.status).to.equal(leftOver ? 'open' : 'merged');
      if (leftOver) expect(variants).to.have.lengthOf(MOST_LINES);
    }
  });

  describe('by signing in', () => {
    let asha: Customer;
    let shirt: string;
    let shawl: string;
    before(async () => {
      shirt = await stockVariant(shop.db.query, { stock: 100 });
      shawl = await stockVariant(shop.db.query, { stock: 100 });
      await shop.db.query('update variants set max_per_order = 5 where id = $1', [shawl]);
    });
    beforeEach(async () => {
      asha = await shop.register();
    });

    type Line = [variantId: string, quantity: number];
    type SignedIn = Customer & { cart: { id: string } | null };

    async function fill(lines: Line[], by?: Customer): Promise<CartView> {
      const items = lines.map(([variantId, quantity]) => ({ variantId, quantity }));
      const request = { body: { items }, ...(by && { token: by.accessToken }) };
      const { status, body } = await shop.ask<CartView>('POST', '/store/cart', request);
      expect(status).to.equal(201);
      return body;
    }

    const enter = async ({ id, cartToken }: { id: string; cartToken: string }, { email } = asha) => {
      const body = { email, password: PASSWORD, cartId: id };
      const answer = await shop.ask<SignedIn>('POST', '/store/account/login', { body, cartToken });
      expect(answer.status).to.equal(200);
      return answer.body;
    };

    const open = (id: string, by: { token?: string; cartToken?: string } = { token: asha.accessToken }) =>
      shop.ask<CartView & Refused>('GET', `/store/cart/${id}`, by);
    const linesOf = async (id: string, by?: { token?: string; cartToken?: string }) =>
      (await open(id, by)).body.items.map(({ variantId, quantity }) => [variantId, quantity]);
    const refusals = (answer: { status: number; body: Refused }) => [answer.status, answer.body.error.code];
    const checkOut = (cartId: string, by: { token?: string; cartToken?: string }) =>
      shop.ask<{ id: string } & Refused>('POST', '/store/checkout', {
        ...by,
        body: { cartId, email: 'asha@example.com', shippingAddress: BENGALURU },
      });

    it('makes the guest’s cart the customer’s, and its token opens it no more', async () => {
      const guest = await fill([[shirt, 2]]);
      const { cart, accessToken } = await enter(guest);
      expect(cart).to.deep.equal({ id: guest.id });
      expect(await linesOf(guest.id, { token: accessToken })).to.deep.equal([[shirt, 2]]);
      const { cartToken } = guest;
      expect(refusals(await open(guest.id, { cartToken }))).to.deep.equal([404, 'CART_NOT_FOUND']);
      expect((await open(guest.id, { token: accessToken, cartToken })).status).to.equal(200);
      const current = await shop.ask('GET', '/store/account/cart', { token: accessToken });
      expect(current.body).to.deep.equal({ id: guest.id });
    });

    it('opens a guest’s cart that was not brought to a caller with its token, signed in or not', async () => {
      const guest = await fill([[shirt, 2]]);
      const by = { token: asha.accessToken, cartToken: guest.cartToken };
      const line = { variantId: shawl, quantity: 1 };
      expect((await shop.ask('POST', `/store/cart/${guest.id}/items`, { ...by, body: line })).status).to.equal(201);
      expect((await checkOut(guest.id, by)).status).to.equal(202);
    });

    it('comes with registering, too', async () => {
      const guest = await fill([[shirt, 2]]);
      const body = { email: `with-${asha.email}`, password: PASSWORD, name: 'With', cartId: guest.id };
      const request = { body, cartToken: guest.cartToken };
      const { status, body: told } = await shop.ask<SignedIn>('POST', '/store/account/register', request);
      expect([status, told.cart]).to.deep.equal([201, { id: guest.id }]);
      expect(await linesOf(guest.id, { token: told.accessToken })).to.deep.equal([[shirt, 2]]);
    });

    it('adds the guest’s lines to the cart that the customer has, up to what one order may hold', async () => {
      const mine = await fill([[shawl, 4]], asha);
      expect(mine).not.to.have.property('cartToken');
      const guest = await fill([
        [shirt, 2],
        [shawl, 3],
      ]);
      expect((await enter(guest)).cart).to.deep.equal({ id: mine.id });
      expect(await linesOf(mine.id)).to.deep.equal([
        [shawl, 5],
        [shirt, 2],
      ]);
      expect((await open(guest.id, { cartToken: guest.cartToken })).status).to.equal(404);
    });

    it('does so once, however often the same cart is brought at once', async () => {
      const mine = await fill([[shirt, 1]], asha);
      const guest = await fill([[shirt, 2]]);
      const answers = await Promise.all(Array.from({ length: 10 }, () => enter(guest)));
      expect(new Set(answers.map(({ cart }) => cart?.id))).to.have.keys(mine.id);
      expect(await linesOf(mine.id)).to.deep.equal([[shirt, 3]]);
    });

    it('makes it the cart of one account only, and loses nothing of it, when several bring it at once', async () => {
      const others = await Promise.all(Array.from({ length: 4 }, () => shop.register()));
      const guest = await fill([[shirt, 2]]);
      const answers = await Promise.all([asha, ...others].map((who) => enter(guest, who)));
      expect(answers.filter(({ cart }) => cart !== null)).to.have.lengthOf(1);
      const rows = await shop.db.query<{ owner: string }>('select customer_id as owner from carts where id = $1', [
        guest.id,
      ]);
      expect(rows[0]?.owner).to.equal(answers.find(({ cart }) => cart !== null)?.customer.id);
    });

    it('loses nothing that is put into the cart at the same time', async () => {
      const mine = await fill([[shirt, 1]], asha);
      const guest = await fill([[shirt, 1]]);
      const items = `/store/cart/${guest.id}/items`;
      const more = () =>
        shop.ask('POST', items, { cartToken: guest.cartToken, body: { variantId: shirt, quantity: 1 } });
      const [added] = await Promise.all([Promise.all(Array.from({ length: 10 }, more)), enter(guest)]);
      const accepted = added.filter(({ status }) => status === 201).length;
      expect(new Set(added.map(({ status }) => status)).size).to.be.at.most(2);
      expect(await linesOf(mine.id)).to.deep.equal([[shirt, 2 + accepted]]);
    });

    it('is not hindered by a cart in checkout, which stays the guest’s', async () => {
      const guest = await fill([[shirt, 2]]);
      const { cartToken } = guest;
      const started = await checkOut(guest.id, { cartToken });
      expect(started.status).to.equal(202);
      expect((await enter(guest)).cart).to.equal(null);
      expect(await linesOf(guest.id, { cartToken })).to.deep.equal([[shirt, 2]]);
      expect((await shop.ask('GET', `/store/checkout/${started.body.id}`, { cartToken })).status).to.equal(200);
    });

    it('is not hindered by a wrong token, none, or a cart that is not there or somebody else’s', async () => {
      const guest = await fill([[shirt, 2]]);
      const other = await fill([[shirt, 2]]);
      const theirs = await fill([[shirt, 2]]);
      await enter(theirs, await shop.register());
      for (const one of [
        { ...guest, cartToken: other.cartToken },
        { ...guest, cartToken: '' },
        { id: newId(), cartToken: guest.cartToken },
        theirs,
      ]) {
        expect((await enter(one)).cart).to.equal(null);
      }
      expect(await linesOf(guest.id, { cartToken: guest.cartToken })).to.deep.equal([[shirt, 2]]);
    });

    it('goes on without a cart in the customer’s own', async () => {
      const mine = await fill([[shirt, 1]], asha);
      const body = { email: asha.email, password: PASSWORD };
      const { body: told } = await shop.ask<SignedIn>('POST', '/store/account/login', { body });
      expect(told.cart).to.deep.equal({ id: mine.id });
    });

    it('opens no guest’s cart and no guest’s checkout without its own token', async () => {
      const guest = await fill([[shirt, 1]]);
      const { cartToken } = await fill([[shirt, 1]]);
      for (const by of [{ cartToken }, { token: asha.accessToken, cartToken }, { token: asha.accessToken }]) {
        expect(refusals(await open(guest.id, by))).to.deep.equal([404, 'CART_NOT_FOUND']);
        expect(refusals(await checkOut(guest.id, by))).to.deep.equal([404, 'CART_NOT_FOUND']);
      }
      expect(await linesOf(guest.id, { token: asha.accessToken, cartToken: guest.cartToken })).to.have.lengthOf(1);
      const { id } = (await checkOut(guest.id, { cartToken: guest.cartToken })).body;
      for (const by of [{ cartToken }, { token: asha.accessToken, cartToken }, { token: asha.accessToken }]) {
        const looked = await shop.ask('GET', `/store/checkout/${id}`, by);
        const ended = await shop.ask('POST', `/store/checkout/${id}/cancel`, { ...by, body: {} });
        for (const one of [looked, ended]) expect(refusals(one)).to.deep.equal([404, 'CHECKOUT_NOT_FOUND']);
      }
    });

    it('opens no cart and no checkout of another customer', async () => {
      const mine = await fill([[shirt, 1]], asha);
      const own = { token: asha.accessToken };
      const other = { token: (await shop.register()).accessToken };
      const [{ id: itemId } = { id: '' }] = mine.items;
      const one = { variantId: shirt, quantity: 1 };
      for (const answer of [
        await open(mine.id, other),
        await shop.ask('POST', `/store/cart/${mine.id}/items`, { ...other, body: one }),
        await shop.ask('PATCH', `/store/cart/${mine.id}/items/${itemId}`, { ...other, body: { quantity: 9 } }),
        await shop.ask('DELETE', `/store/cart/${mine.id}/items/${itemId}`, other),
        await checkOut(mine.id, other),
      ]) {
        expect(refusals(answer)).to.deep.equal([404, 'CART_NOT_FOUND']);
      }
      expect(await linesOf(mine.id)).to.deep.equal([[shirt, 1]]);
      const { id } = (await checkOut(mine.id, own)).body;
      expect((await shop.ask('GET', `/store/checkout/${id}`, own)).status).to.equal(200);
      for (const answer of [
        await shop.ask('GET', `/store/checkout/${id}`, other),
        await shop.ask('GET', `/store/checkout/${id}/events`, other),
        await shop.ask('POST', `/store/checkout/${id}/cancel`, { ...other, body: {} }),
        await shop.ask('POST', `/store/checkout/${id}/payment`, { ...other, body: { paymentMethod: 'pm_card_visa' } }),
      ]) {
        expect(refusals(answer)).to.deep.equal([404, 'CHECKOUT_NOT_FOUND']);
      }
    });
  });
});
