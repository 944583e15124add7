import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { type Checkout, type Failed, openShop, type Shop } from '../support/shop.ts';
import { clearFaults, setFaults } from '../support/simulator.ts';
import { type Flow, sharedFlow } from './stack.ts';

interface Customer {
  id: string;
  accessToken: string;
  shop: Shop;
}

describe('a customer buys', () => {
  let flow: Flow;
  let variantId: string;
  let asha: Customer;
  let stranger: Customer;
  before(async function () {
    flow = await sharedFlow(this);
    variantId = await flow.books.stock({ stock: 100, price: 49_900 });
    stranger = await register();
  });
  beforeEach(async () => {
    asha = await register();
  });
  afterEach(() => clearFaults(flow.simulator));

  async function register(): Promise<Customer> {
    const body = { email: `${randomUUID()}@example.com`, password: 'correct horse battery', name: 'Lakshmi Iyengar' };
    const answer = await flow.shop.ask<{ accessToken: string; customer: { id: string } }>('POST', '/account/register', {
      body,
    });
    expect(answer.status).to.equal(201);
    const { accessToken, customer } = answer.body;
    return { id: customer.id, accessToken, shop: openShop(flow.stack.url, accessToken) };
  }

  const fill = () => asha.shop.cart([{ variantId, quantity: 2 }]);
  const start = async () => asha.shop.checkout(await fill(), { method: 'pm_card_visa' });

  it('without the token of a cart, and the order is theirs', async () => {
    const cart = await fill();
    expect(cart).not.to.have.property('cartToken');
    const checkout = await asha.shop.settled(await asha.shop.checkout(cart, { method: 'pm_card_visa' }));
    expect(checkout).to.include({ state: 'COMPLETED', total: 99_800 });
    expect(checkout.cartToken).to.equal(undefined);
    const rows = await flow.books.query(
      `select o.customer_id as order, k.customer_id as checkout, c.customer_id as cart, c.status
        from orders o join checkouts k on k.id = o.checkout_id join carts c on c.id = k.cart_id where o.id = $1`,
      [checkout.orderId],
    );
    expect(rows).to.deep.equal([{ order: asha.id, checkout: asha.id, cart: asha.id, status: 'ordered' }]);
  });

  it('what was filled as a guest, too', async () => {
    const cart = await flow.shop.cart([{ variantId, quantity: 1 }]);
    const body = { email: `${randomUUID()}@example.com`, password: 'correct horse battery', name: 'Lakshmi Iyengar' };
    const request = { token: cart.cartToken, body: { ...body, cartId: cart.id } };
    const { body: told } = await flow.shop.ask<{ accessToken: string }>('POST', '/account/register', request);
    const shop = openShop(flow.stack.url, told.accessToken);
    const own = await shop.open(cart);
    expect((await shop.settled(await shop.checkout(own, { method: 'pm_card_visa' }))).state).to.equal('COMPLETED');
    expect((await flow.shop.ask('GET', `/cart/${cart.id}`, { token: cart.cartToken })).status).to.equal(404);
  });

  it('and waits for it in the POST', async () => {
    const { status, body } = await asha.shop.submit(await fill(), { method: 'pm_card_visa', wait: 10 });
    expect([status, body.state]).to.deep.equal([200, 'COMPLETED']);
  });

  it('and waits for it in a GET', async () => {
    await setFaults(flow.simulator, { latencyMs: 300 });
    const { id } = await start();
    const headers = { prefer: 'wait=20' };
    const { status, body } = await asha.shop.ask<Checkout>('GET', `/checkout/${id}`, { headers });
    expect([status, body.state]).to.deep.equal([200, 'COMPLETED']);
  });

  it('and hears of every step by Server-Sent Events', async () => {
    await setFaults(flow.simulator, { latencyMs: 300 });
    const { id } = await start();
    const stream = await events(id, asha.accessToken);
    expect(stream.headers.get('content-type')).to.match(/^text\/event-stream/);
    const told = [...(await stream.text()).matchAll(/^data: (.*)$/gm)].map(([, json = '']) => JSON.parse(json));
    const { body } = await asha.shop.ask<Checkout>('GET', `/checkout/${id}`);
    expect(told).to.deep.equal(body.history);
    expect(told.at(-1)?.to).to.equal('COMPLETED');
  });

  it('and nobody else gets to see or to change it', async () => {
    const cart = await fill();
    const { cartToken } = await flow.shop.cart([{ variantId, quantity: 1 }]);
    const { id } = await asha.shop.rested(await asha.shop.checkout(cart));
    const [seen, changed] = [`/checkout/${id}`, `/checkout/${id}/cancel`];
    for (const [shop, token] of [[stranger.shop], [stranger.shop, cartToken], [flow.shop, cartToken]] as const) {
      expect(await refusal(shop.ask('GET', seen, { token }))).to.deep.equal([404, 'CHECKOUT_NOT_FOUND']);
      expect(await refusal(shop.ask('POST', changed, { token, body: {} }))).to.deep.equal([404, 'CHECKOUT_NOT_FOUND']);
      expect(await refusal(shop.ask('GET', `/cart/${cart.id}`, { token }))).to.deep.equal([404, 'CART_NOT_FOUND']);
    }
    expect(await refusal(flow.shop.ask('GET', seen))).to.deep.equal([401, 'CART_TOKEN_REQUIRED']);
    expect((await events(id, stranger.accessToken)).status).to.equal(404);
    const { body } = await asha.shop.ask<Checkout>('GET', seen);
    expect(body.state).to.equal('PAYMENT_PENDING');
    expect((await asha.shop.ask('POST', changed, { body: {} })).status).to.be.oneOf([200, 202]);
  });

  async function refusal(asked: Promise<{ status: number; body: unknown }>): Promise<[number, string]> {
    const { status, body } = await asked;
    return [status, (body as Failed).error.code];
  }

  const events = (id: string, accessToken: string) =>
    fetch(`${flow.stack.url}/api/v1/store/checkout/${id}/events`, {
      headers: { authorization: `Bearer ${accessToken}` },
      signal: AbortSignal.timeout(15_000),
    });
});
