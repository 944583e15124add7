import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { scaled } from '../support/pace.ts';
import type { Checkout } from '../support/shop.ts';
import { clearFaults, setFaults } from '../support/simulator.ts';
import { type Flow, sharedFlow } from './stack.ts';

interface Told {
  id: string;
  event: string;
  data: { from: string | null; to: string; event: string; at: string };
}

describe('a client waits for its checkout', function () {
  // Longer than a wait for a checkout, which says where the checkout stands when it ends in vain.
  this.timeout(30_000);
  let flow: Flow;
  let variantId: string;
  before(async function () {
    flow = await sharedFlow(this);
    variantId = await flow.books.stock({ stock: 1_000, price: 49_900 });
  });
  afterEach(() => clearFaults(flow.simulator));

  const fill = () => flow.shop.cart([{ variantId, quantity: 1 }]);

  it('not at all without asking for it: the answer is there before the work', async () => {
    const { shop } = flow;
    await setFaults(flow.simulator, { latencyMs: 1_000 });
    const cart = await fill();
    const { status, headers, body } = await shop.submit(cart, { method: 'pm_card_visa' });
    expect(status).to.equal(202);
    expect(headers.get('retry-after')).to.equal('1');
    expect(headers.has('preference-applied')).to.equal(false);
    expect(body).to.include({ state: 'CREATED', cartId: cart.id });
    const { body: look, headers: busy } = await lookAt({ ...body, cartToken: cart.cartToken });
    expect(['CREATED', 'LOCKED']).to.include(look.state);
    expect(busy.get('retry-after')).to.equal('1');
    await shop.settled({ ...body, cartToken: cart.cartToken });
  });

  it('in its POST, until the order is there', async () => {
    const { status, headers, body } = await flow.shop.submit(await fill(), { method: 'pm_card_visa', wait: 10 });
    expect([status, body.state]).to.deep.equal([200, 'COMPLETED']);
    expect(headers.has('retry-after')).to.equal(false);
    expect(headers.get('preference-applied')).to.equal('wait=10');
    expect(headers.get('location')).to.equal(`/api/v1/store/checkout/${body.id}`);
  });

  it('in its POST, until the customer has to act', async () => {
    const request = { method: 'pm_card_authenticationRequired', wait: 10 };
    const { status, body } = await flow.shop.submit(await fill(), request);
    expect([status, body.state, body.payment?.status]).to.deep.equal([200, 'PAYMENT_PENDING', 'requires_action']);
  });

  it('in its POST, no longer than it said', async () => {
    await setFaults(flow.simulator, { latencyMs: 2_500 });
    const cart = await fill();
    const startedAt = performance.now();
    const { status, headers, body } = await flow.shop.submit(cart, { method: 'pm_card_visa', wait: 1 });
    expect(performance.now() - startedAt).to.be.above(900);
    expect([status, body.state, headers.get('retry-after')]).to.deep.equal([202, 'LOCKED', '1']);
    await clearFaults(flow.simulator);
    await flow.shop.settled({ ...body, cartToken: cart.cartToken });
  });

  it('in its POST, also when another request has started the checkout', async () => {
    await setFaults(flow.simulator, { latencyMs: 1_000 });
    const cart = await fill();
    const first = await flow.shop.submit(cart, { method: 'pm_card_visa' });
    const startedAt = performance.now();
    const again = await flow.shop.submit(cart, { method: 'pm_card_visa', wait: 20 });
    expect([again.status, again.body.id, again.body.state]).to.deep.equal([200, first.body.id, 'COMPLETED']);
    expect(again.headers.has('retry-after')).to.equal(false);
    expect(performance.now() - startedAt).to.be.below(scaled(10_000));
  });

  it('in its POST, also four times in parallel with one key', async () => {
    await setFaults(flow.simulator, { latencyMs: 500 });
    const cart = await fill();
    const key = randomUUID();
    const submitted = Array.from({ length: 4 }, () =>
      flow.shop.submit(cart, { method: 'pm_card_visa', wait: 20, key }),
    );
    const answers = await Promise.all(submitted);
    const seen = answers.map(({ status, body }) => [status, body.state]);
    expect(seen).to.deep.equal(Array(4).fill([200, 'COMPLETED']));
    expect(new Set(answers.map(({ body }) => body.id))).to.have.property('size', 1);
  });

  it('in a POST for payment, also when it is repeated', async () => {
    const started = await flow.shop.rested(
      await flow.shop.checkout(await fill(), { method: 'pm_card_chargeDeclined' }),
    );
    await setFaults(flow.simulator, { latencyMs: 1_000 });
    const key = randomUUID();
    const pay = (wait?: string) =>
      flow.shop.ask<Checkout>('POST', `/checkout/${started.id}/payment`, {
        token: started.cartToken,
        body: { paymentMethod: 'pm_card_visa' },
        headers: { 'idempotency-key': key, ...(wait && { prefer: wait }) },
      });
    expect((await pay()).status).to.equal(202);
    const again = await pay('wait=20');
    expect([again.status, again.body.state]).to.deep.equal([200, 'COMPLETED']);
  });

  it('in a GET, woken by the change', async () => {
    await setFaults(flow.simulator, { latencyMs: 500 });
    const checkout = await flow.shop.checkout(await fill(), { method: 'pm_card_visa' });
    const startedAt = performance.now();
    const { headers, body } = await lookAt(checkout, 20);
    expect(body.state).to.equal('COMPLETED');
    expect(headers.get('preference-applied')).to.equal('wait=20');
    expect((await lookAt(checkout, 31)).headers.get('preference-applied')).to.equal('wait=30');
    expect((await lookAt(checkout)).headers.has('preference-applied')).to.equal(false);
    expect(performance.now() - startedAt).to.be.below(scaled(5_000));
  });

  it('in a GET, and many at once are all woken', async () => {
    await setFaults(flow.simulator, { latencyMs: 500 });
    const checkout = await flow.shop.checkout(await fill(), { method: 'pm_card_visa' });
    const seen = await Promise.all(Array.from({ length: 50 }, () => lookAt(checkout, 20)));
    expect(new Set(seen.map(({ body }) => body.state))).to.deep.equal(new Set(['COMPLETED']));
  });

  it('by Server-Sent Events: each transition once, in order, until it is over', async () => {
    await setFaults(flow.simulator, { latencyMs: 300 });
    const checkout = await flow.shop.checkout(await fill(), { method: 'pm_card_visa' });
    const told = await listen(checkout);
    expect(told.map(({ id }) => id)).to.deep.equal(['1', '2', '3', '4', '5', '6']);
    expect(told.every(({ event }) => event === 'transition')).to.equal(true);
    const { history } = await flow.shop.look(checkout);
    expect(told.map(({ data }) => data)).to.deep.equal(history);
    expect(history.at(-1)?.to).to.equal('COMPLETED');
  });

  it('by Server-Sent Events, from where it stopped listening; when all was told there is nothing more', async () => {
    const checkout = await flow.shop.settled(await flow.shop.checkout(await fill(), { method: 'pm_card_visa' }));
    const told = await listen(checkout, '4');
    expect(told.map(({ id, data }) => [id, data.to])).to.deep.equal([
      ['5', 'ORDER_CREATED'],
      ['6', 'COMPLETED'],
    ]);
    const over = await openStream(checkout, '6');
    expect(over.status).to.equal(204);
  });

  it('by Server-Sent Events through its own steps', async () => {
    const { shop } = flow;
    const started = await shop.rested(await shop.checkout(await fill(), { method: 'pm_card_chargeDeclined' }));
    const listening = listen(started, '3');
    await shop.pay(started, 'pm_card_visa');
    const told = (await listening).map(({ data }) => data.event);
    const paid = ['PAYMENT_SUCCEEDED', 'ORDER_STORED', 'CART_CLOSED'];
    expect(told).to.deep.equal(['PAYMENT_DECLINED', 'PAY', ...paid]);
  });

  const lookAt = ({ id, cartToken }: Checkout, wait?: number) =>
    flow.shop.ask<Checkout>('GET', `/checkout/${id}`, {
      token: cartToken,
      headers: wait ? { prefer: `wait=${wait}` } : {},
    });

  const openStream = ({ id, cartToken }: Checkout, lastEventId?: string) =>
    fetch(`${flow.stack.url}/api/v1/store/checkout/${id}/events`, {
      headers: { 'x-cart-token': cartToken, ...(lastEventId && { 'last-event-id': lastEventId }) },
      signal: AbortSignal.timeout(9_000),
    });

  /** Everything a stream tells until the server ends it. */
  async function listen(checkout: Checkout, lastEventId?: string): Promise<Told[]> {
    const response = await openStream(checkout, lastEventId);
    expect(response.headers.get('content-type')).to.match(/^text\/event-stream/);
    const blocks = (await response.text()).split('\n\n').filter((block) => block.includes('data:'));
    return blocks.map((block) => {
      const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2))) as Record<
        string,
        string
      >;
      return { id: fields.id ?? '', event: fields.event ?? '', data: JSON.parse(fields.data ?? 'null') };
    });
  }
});
