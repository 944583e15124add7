import { expect } from 'chai';
import { BENGALURU } from '../support/address.ts';
import { type Checkout, type Failed, trail } from '../support/shop.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

describe('a checkout ends without an order', () => {
  let flow: Flow;
  let variantId: string;
  before(async function () {
    flow = await sharedFlow(this);
  });
  beforeEach(async () => {
    variantId = await flow.books.stock({ stock: 5, price: 49_900 });
  });

  const fill = (quantity = 2) => flow.shop.cart([{ variantId, quantity }]);

  /** Nothing is held, the cart can be bought again, and it then becomes one order. */
  async function expectCartIsFree(checkout: Checkout): Promise<void> {
    const { shop, books } = flow;
    const cart = await shop.open({ id: checkout.cartId, cartToken: checkout.cartToken });
    expect(cart.status).to.equal('open');
    const again = await shop.settled(await shop.checkout(cart, { method: 'pm_card_visa' }));
    expect(again.state).to.equal('COMPLETED');
    expect(again.id).not.to.equal(checkout.id);
    expect(await books.orders([cart.id])).to.equal(1);
  }

  it('because the customer cancels it: goods and cart are free, the intent is cancelled', async () => {
    const { shop, books } = flow;
    const waiting = await shop.rested(await shop.checkout(await fill(), { method: 'pm_card_authenticationRequired' }));
    const checkout = await shop.settled(await shop.cancel(waiting));
    expect(trail(checkout).slice(-2)).to.deep.equal(['ACTION_REQUIRED → PAYMENT_PENDING', 'CANCEL → CANCELLED']);
    expect(checkout.reason).to.equal('CANCELLED_BY_CUSTOMER');
    expect(await books.level(variantId)).to.deep.equal({
      onHand: 5,
      reserved: 0,
      moves: ['receive 5', 'reserve 2', 'release 2'],
    });
    await waitFor('the intent is cancelled', async () => (await books.money(checkout.id)).status === 'canceled');
    expect(await intentStatus(checkout)).to.equal('canceled');
    expect(await books.money(checkout.id)).to.deep.include({ captured: 0, refunded: 0, charged: [] });
    await expectCartIsFree(checkout);
  });

  it('once, however often the customer cancels', async () => {
    const { shop, books } = flow;
    const waiting = await shop.rested(await shop.checkout(await fill()));
    await Promise.all([1, 2, 3].map(() => shop.cancel(waiting)));
    const checkout = await shop.settled(waiting);
    expect((await shop.cancel(checkout)).state).to.equal('CANCELLED');
    expect(trail(checkout).filter((step) => step.includes('CANCELLED'))).to.deep.equal(['CANCEL → CANCELLED']);
    expect((await books.level(variantId)).moves).to.deep.equal(['receive 5', 'reserve 2', 'release 2']);
  });

  it('because the goods are sold out: it says which, how many were asked for and how many there are', async () => {
    const { shop, books } = flow;
    const soldOut = await books.stock({ stock: 1 });
    const cart = await shop.cart([
      { variantId, quantity: 2 },
      { variantId: soldOut, quantity: 3 },
    ]);
    const checkout = await shop.settled(await shop.checkout(cart, { method: 'pm_card_visa' }));
    expect(trail(checkout)).to.deep.equal(['CREATED → CREATED', 'REFUSED → FAILED']);
    expect(checkout.reason).to.equal('INSUFFICIENT_INVENTORY');
    expect(checkout.reasonDetails).to.deep.equal({ variantId: soldOut, requested: 3, available: 1 });
    expect(await books.level(variantId)).to.deep.equal({ onHand: 5, reserved: 0, moves: ['receive 5'] });
    expect(await books.money(checkout.id)).to.include({ status: 'none' });
    await books.adjust(soldOut, 2);
    await expectCartIsFree(checkout);
  });

  it('because the price is not the expected one: it says both', async () => {
    const { shop, books } = flow;
    const cart = await fill();
    await books.query('update variants set price = 55000 where id = $1', [variantId]);
    const checkout = await shop.settled(
      await shop.checkout(cart, { method: 'pm_card_visa', expectedTotal: cart.totals.total }),
    );
    expect(trail(checkout)).to.deep.equal(['CREATED → CREATED', 'REFUSED → FAILED']);
    expect(checkout.reason).to.equal('PRICE_CHANGED');
    expect(checkout.reasonDetails).to.deep.equal({ expected: 99_800, actual: 110_000 });
    expect((await books.level(variantId)).moves).to.deep.equal(['receive 5']);
    expect((await shop.buy([{ variantId, quantity: 2 }], { expectedTotal: 110_000 })).state).to.equal('COMPLETED');
  });

  it('because the price is higher than the cart said last, when no total is expected; a lower one is charged', async () => {
    const { shop, books } = flow;
    const cart = await fill();
    await books.query('update variants set price = price + 100 where id = $1', [variantId]);
    const checkout = await shop.settled(await shop.checkout(cart, { method: 'pm_card_visa' }));
    const { total: expected } = cart.totals;
    expect(checkout).to.include({ state: 'FAILED', reason: 'PRICE_CHANGED' });
    expect(checkout.reasonDetails).to.deep.equal({ expected, actual: expected + 200 });
    await books.query('update variants set price = price - 200 where id = $1', [variantId]);
    const paid = await shop.settled(await shop.checkout(cart, { method: 'pm_card_visa' }));
    expect(paid).to.include({ state: 'COMPLETED', total: expected - 200 });
  });

  it('because a variant went off sale meanwhile', async () => {
    const { shop, books } = flow;
    const cart = await fill();
    await books.query(
      `update products set status = 'archived' where id = (select product_id from variants where id = $1)`,
      [variantId],
    );
    const checkout = await shop.settled(await shop.checkout(cart, { method: 'pm_card_visa' }));
    expect(checkout).to.include({ state: 'FAILED', reason: 'VARIANT_NOT_FOUND' });
    expect(checkout.reasonDetails).to.deep.equal({ variantId });
  });

  it('because the provider does not know the payment method', async () => {
    const { shop, books } = flow;
    const checkout = await shop.settled(await shop.checkout(await fill(), { method: 'pm_nobody_knows' }));
    expect(trail(checkout).slice(-2)).to.deep.equal(['RESERVED → LOCKED', 'PAYMENT_REFUSED → FAILED']);
    expect(checkout.reason).to.equal('PAYMENT_METHOD_INVALID');
    expect((await books.level(variantId)).moves).to.deep.equal(['receive 5', 'reserve 2', 'release 2']);
    await expectCartIsFree(checkout);
  });

  it('and can no longer be paid', async () => {
    const { shop } = flow;
    const waiting = await shop.rested(await shop.checkout(await fill()));
    const { id, cartToken } = await shop.settled(await shop.cancel(waiting));
    const answer = await shop.ask<Failed>('POST', `/checkout/${id}/payment`, {
      token: cartToken,
      body: { paymentMethod: 'pm_card_visa' },
    });
    expect(answer.status).to.equal(409);
    expect(answer.body.error.code).to.equal('CHECKOUT_STATE_CONFLICT');
  });

  const intentStatus = async ({ payment }: Checkout): Promise<string> => {
    const query = new URLSearchParams({ client_secret: payment?.clientSecret ?? '' });
    const response = await fetch(`${flow.simulator}/v1/payment_intents/${payment?.intentId}?${query}`);
    return ((await response.json()) as { status: string }).status;
  };
});

describe('a checkout does not begin', () => {
  let flow: Flow;
  let variantId: string;
  before(async function () {
    flow = await sharedFlow(this);
    variantId = await flow.books.stock({ stock: 5 });
  });

  const fill = () => flow.shop.cart([{ variantId, quantity: 1 }]);

  it('with an address that the shop cannot deliver to: it says which fields', async () => {
    const { shop } = flow;
    const address = { ...BENGALURU, state: 'IN-XX', postalCode: '56000' };
    const { status, body } = await shop.ask<Failed>('POST', '/checkout', await submission({ address }));
    expect(status).to.equal(400);
    expect(body.error).to.include({ code: 'VALIDATION_FAILED', type: 'VALIDATION_ERROR' });
    expect(JSON.stringify(body.error.details))
      .to.include('shippingAddress.state')
      .and.include('shippingAddress.postalCode');
  });

  it('without the token of the cart, nor with that of another', async () => {
    const { shop } = flow;
    const { cartToken } = await fill();
    const missing = await shop.ask<Failed>('POST', '/checkout', await submission({ token: undefined }));
    expect([missing.status, missing.body.error.code]).to.deep.equal([401, 'CART_TOKEN_REQUIRED']);
    const wrong = await shop.ask<Failed>('POST', '/checkout', await submission({ token: cartToken }));
    expect([wrong.status, wrong.body.error.code]).to.deep.equal([404, 'CART_NOT_FOUND']);
  });

  it('of an empty cart', async () => {
    const answer = await flow.shop.submit(await flow.shop.cart([]));
    expect(answer.status).to.equal(422);
    expect(answer.body).to.have.nested.property('error.code', 'CART_EMPTY');
  });

  it('and nobody else can look at it, pay it or cancel it', async () => {
    const { shop } = flow;
    const { id } = await shop.rested(await shop.checkout(await fill()));
    const { cartToken: strange } = await fill();
    const attempts = [
      ['GET', `/checkout/${id}`],
      ['GET', `/checkout/${id}/events`],
      ['POST', `/checkout/${id}/payment`, { paymentMethod: 'pm_card_visa' }],
      ['POST', `/checkout/${id}/cancel`, {}],
    ] as const;
    for (const [method, path, body] of attempts) {
      const asked = await shop.ask<Failed>(method, path, { body, token: strange });
      expect([path, asked.status, asked.body.error.code]).to.deep.equal([path, 404, 'CHECKOUT_NOT_FOUND']);
      expect((await shop.ask(method, path, { body })).status, path).to.equal(401);
    }
  });

  it('twice for one cart: while it is bought it cannot be edited either', async () => {
    const { shop } = flow;
    const cart = await fill();
    const checkout = await shop.rested(await shop.checkout(cart));
    const [item] = cart.items;
    const edits = [
      ['POST', `/cart/${cart.id}/items`, { variantId, quantity: 1 }],
      ['PATCH', `/cart/${cart.id}/items/${item?.id}`, { quantity: 3 }],
      ['DELETE', `/cart/${cart.id}/items/${item?.id}`],
    ] as const;
    for (const [method, path, body] of edits) {
      const { status, body: answer } = await shop.ask<Failed>(method, path, { token: cart.cartToken, body });
      expect([method, status, answer.error?.code]).to.deep.equal([method, 409, 'CART_IN_CHECKOUT']);
    }
    await shop.settled(await shop.pay(checkout, 'pm_card_visa'));
    const late = await shop.ask<Failed>('POST', `/cart/${cart.id}/items`, { token: cart.cartToken, body: edits[0][2] });
    expect([late.status, late.body.error.code]).to.deep.equal([409, 'CART_ORDERED']);
  });

  async function submission({ address = BENGALURU, ...given }: { address?: object; token?: string | undefined }) {
    const cart = await fill();
    const body = {
      cartId: cart.id,
      email: 'asha@example.com',
      shippingAddress: address,
      paymentMethod: 'pm_card_visa',
    };
    return { body, token: 'token' in given ? given.token : cart.cartToken };
  }
});
