import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Offer } from '../../src/domain/pricing/inputs.ts';
import { MUMBAI } from '../support/address.ts';
import { only, putBundle, putDiscount } from '../support/offers.ts';
import { type Cart, type Failed, type Line, type OrderCommandRequest, openShop, type Shop } from '../support/shop.ts';
import { type Flow, sharedFlow } from './stack.ts';

const PRICE = 50_000;
const TENTH: Offer = { kind: 'percentage', percent: 10, cap: null };

describe('what changed after a cart was filled', function () {
  this.timeout(30_000);
  let flow: Flow;
  before(async function () {
    flow = await sharedFlow(this);
  });

  const register = async (email: string, cart?: Cart) => {
    const body = { email, password: 'correct horse battery', name: 'Asha Rao', ...(cart && { cartId: cart.id }) };
    const request = { body, ...(cart && { token: cart.cartToken }) };
    const answer = await flow.shop.ask<{ accessToken: string }>('POST', '/account/register', request);
    expect(answer.status).to.equal(201);
    return openShop(flow.stack.url, answer.body.accessToken);
  };

  it('the limit of a variant: the checkout refuses what the cart still held', async () => {
    const { shop, books } = flow;
    const variantId = await books.stock({ stock: 9, price: PRICE });
    const cart = await shop.cart([{ variantId, quantity: 3 }]);
    await books.query(`update variants set max_per_order = 2 where id = $1`, [variantId]);
    expect((await shop.open(cart)).items[0]?.problem).to.equal('QUANTITY_LIMIT_EXCEEDED');
    const failed = await shop.settled(await shop.checkout(cart, { method: 'pm_card_visa' }));
    expect(failed).to.include({ state: 'FAILED', reason: 'QUANTITY_LIMIT_EXCEEDED' });
    expect(failed.reasonDetails).to.deep.equal({ variantId, requested: 3, maxPerOrder: 2 });
  });

  it('the sets of a bundle: the cart says that the choice does not fit any more', async () => {
    const { shop, books } = flow;
    const variantId = await books.stock({ stock: 9, price: PRICE });
    const sets = [{ min: 1, max: 2, items: [{ variantId }] }];
    const bundle = await putBundle(books.query, { pricing: { kind: 'sum' }, sets });
    const selections = [{ setId: bundle.setIds[0] ?? '', items: [{ variantId, quantity: 1 }] }];
    const cart = await shop.cart([{ bundleId: bundle.id, quantity: 1, selections }]);
    expect(cart.items[0]?.problem).to.equal(undefined);
    await books.query(`update bundle_sets set min_quantity = 2 where id = $1`, [bundle.setIds[0]]);
    expect((await shop.open(cart)).items[0]?.problem).to.equal('BUNDLE_SELECTION_INVALID');
  });

  describe('who the guest is: an e-mail address that somebody types', () => {
    /** A discount for each customer once, and one for first orders. */
    const offered = async () => {
      const variantId = await flow.books.stock({ stock: 20, price: PRICE });
      const [once, first] = ['ONCE', 'FIRST'].map((name) => `${name}-${randomUUID().slice(0, 8).toUpperCase()}`);
      const include = only(variantId);
      await putDiscount(flow.books.query, { code: once ?? '', include, offer: TENTH, maxUsesPerCustomer: 1 });
      await putDiscount(flow.books.query, { code: first ?? '', include, offer: TENTH, firstOrderOnly: true });
      return { lines: [{ variantId, quantity: 1 }], codes: { once: once ?? '', first: first ?? '' } };
    };
    const checkOut = async (buyer: Shop, lines: Line[], request: OrderCommandRequest & { code: string }) => {
      const cart = await buyer.enter(await buyer.cart(lines), request.code);
      return buyer.rested(await buyer.checkout(cart, request));
    };
    const totalOf = async (...of: Parameters<typeof checkOut>) => (await checkOut(...of)).total;

    it('holds nothing of the account that has it', async () => {
      const { lines, codes } = await offered();
      for (const code of Object.values(codes)) {
        const email = `${randomUUID()}@example.com`;
        const asha = await register(email);
        expect(await totalOf(flow.shop, lines, { email, code }), 'a guest, unpaid').to.equal(45_000);
        expect(await totalOf(asha, lines, { email, code, method: 'pm_card_visa' }), code).to.equal(45_000);
      }
    });

    it('tells a stranger nothing of what was bought with it', async () => {
      const { lines, codes } = await offered();
      const email = `${randomUUID()}@example.com`;
      const asha = await register(email);
      const paid = { email, method: 'pm_card_visa' };
      await totalOf(asha, lines, { ...paid, code: codes.once });
      const entered = await asha.ask<Failed>('POST', `/cart/${(await asha.cart(lines)).id}/discounts`, {
        body: { code: codes.once },
      });
      expect(entered.body.error?.details).to.include({ reason: 'USAGE_LIMIT_REACHED' });
      for (const code of Object.values(codes)) {
        expect(await totalOf(flow.shop, lines, { email, code }), `${code} of an account`).to.equal(45_000);
      }
      const guest = `${randomUUID()}@example.com`;
      const before = { ...paid, email: guest, code: codes.once };
      expect(await totalOf(flow.shop, lines, before)).to.equal(45_000);
      const again = await checkOut(flow.shop, lines, before);
      expect(again.reason, 'the same guest again').to.equal('PRICE_CHANGED');
      expect(again.reasonDetails).to.include({ expected: 45_000, actual: PRICE });
      expect(await totalOf(flow.shop, lines, { ...before, address: MUMBAI }), 'a stranger').to.equal(45_000);
    });
  });

  it('whose the cart is: one that has gone into another can be neither filled nor bought', async () => {
    const { shop, books } = flow;
    const variantId = await books.stock({ stock: 9, price: PRICE });
    const email = `${randomUUID()}@example.com`;
    const asha = await register(email);
    await asha.cart([{ variantId, quantity: 1 }]);
    const guest = await shop.cart([{ variantId, quantity: 1 }]);
    const body = { email, password: 'correct horse battery', cartId: guest.id };
    const { body: tokens } = await shop.ask<{ accessToken: string }>('POST', '/account/login', {
      body,
      token: guest.cartToken,
    });
    const { accessToken } = tokens;
    const add = { body: { variantId, quantity: 1 }, accessToken };
    const filled = await shop.ask<Failed>('POST', `/cart/${guest.id}/items`, add);
    expect([filled.status, filled.body.error.code]).to.deep.equal([409, 'CART_MERGED']);
    const bought = await openShop(flow.stack.url, accessToken).submit(guest);
    expect(bought.status).to.equal(409);
    expect(bought.body).to.have.nested.property('error.code', 'CART_MERGED');
  });
});
