import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { BENGALURU } from '../support/address.ts';
import { scaled } from '../support/pace.ts';
import type { Answer, Cart, Checkout, Failed } from '../support/shop.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

const times = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

describe('the same request again', () => {
  let flow: Flow;
  let variantId: string;
  before(async function () {
    flow = await sharedFlow(this);
  });
  beforeEach(async () => {
    variantId = await flow.books.stock({ stock: 50, price: 49_900 });
  });

  const fill = () => flow.shop.cart([{ variantId, quantity: 1 }]);

  /** Of this cart one order was made, with one charge. */
  async function expectOnce(checkoutId: string, cart: Cart): Promise<void> {
    const { books } = flow;
    expect(await books.orders([cart.id])).to.equal(1);
    expect((await books.money(checkoutId)).charged).to.deep.equal([49_900]);
    expect(await books.level(variantId)).to.deep.equal({
      onHand: 49,
      reserved: 0,
      moves: ['receive 50', 'reserve 1', 'consume 1'],
    });
  }

  it('in parallel, twenty times with keys of their own, is one checkout and one order', async () => {
    const { shop } = flow;
    const cart = await fill();
    const answers = await times(20, () => shop.submit(cart, { method: 'pm_card_visa' }));
    expect(answers.map(({ status }) => status)).to.deep.equal(Array(20).fill(202));
    const ids = new Set(answers.map(({ body }) => body.id));
    expect([...ids]).to.have.length(1);
    const [id = ''] = ids;
    const [first] = answers;
    expect(first?.headers.get('location')).to.equal(`/api/v1/store/checkout/${id}`);
    await shop.settled({ ...(first as (typeof answers)[0]).body, cartToken: cart.cartToken });
    await expectOnce(id, cart);
  });

  it('after the order is there answers the same checkout', async () => {
    const { shop } = flow;
    const cart = await fill();
    const checkout = await shop.settled(await shop.checkout(cart, { method: 'pm_card_visa' }));
    const again = await shop.submit(cart, { method: 'pm_card_visa' });
    expect(again.status).to.equal(202);
    expect(again.body).to.deep.include({ id: checkout.id, state: 'COMPLETED', orderNumber: checkout.orderNumber });
    await expectOnce(checkout.id, cart);
  });

  it('with the same key in parallel gets the same answer', async () => {
    const { shop } = flow;
    const cart = await fill();
    const key = randomUUID();
    const answers = await times(10, () => shop.submit(cart, { method: 'pm_card_visa', key }));
    for (const { status, body } of answers) expect({ status, body }).to.deep.equal(sameAs(answers[0]));
    const replays = answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true');
    expect(replays).to.have.length(9);
    await shop.settled({ ...(answers[0] as (typeof answers)[0]).body, cartToken: cart.cartToken });
    await expectOnce(answers[0]?.body.id ?? '', cart);
  });

  it('with the same key makes one cart, and one item of it', async () => {
    const { shop, books } = flow;
    const body = { items: [{ variantId, quantity: 2 }] };
    const headers = { 'idempotency-key': randomUUID() };
    const carts = await times(5, () => shop.ask<Cart>('POST', '/cart', { body, headers }));
    for (const { status, body: cart } of carts) expect({ status, body: cart }).to.deep.equal(sameAs(carts[0]));
    const { id, cartToken } = (carts[0] as (typeof carts)[0]).body;
    const line = { variantId, quantity: 3 };
    await times(5, () => shop.ask('POST', `/cart/${id}/items`, { token: cartToken, body: line, headers }));
    expect((await shop.open({ id, cartToken })).items)
      .to.have.length(1)
      .and.have.nested.property('[0].quantity', 5);
    expect(await books.query('select 1 from cart_items where cart_id = $1', [id])).to.have.length(1);
  });

  it('with the same key gets the same answer after web was killed and is back', async function () {
    this.timeout(30_000);
    const { shop, stack } = flow;
    const cart = await fill();
    const key = randomUUID();
    const first = await shop.submit(cart, { method: 'pm_card_visa', key });
    const checkout = await shop.settled({ ...first.body, cartToken: cart.cartToken });
    const pid = stack.run().processes.web[0]?.pid;
    stack.kill('web');
    await waitFor('another web process answers', async () => {
      const isBack = (await fetch(`${stack.url}/readyz`)).ok;
      return isBack && stack.run().processes.web[0]?.pid !== pid;
    });
    const again = await shop.submit(cart, { method: 'pm_card_visa', key });
    expect({ status: again.status, body: again.body }).to.deep.equal(sameAs(first));
    expect(again.headers.get('idempotent-replayed')).to.equal('true');
    expect(again.headers.get('location')).to.equal(first.headers.get('location'));
    await expectOnce(checkout.id, cart);
  });

  it('with the same key after its checkout was cancelled gets the same checkout, without waiting', async () => {
    const { shop, books } = flow;
    const cart = await fill();
    const key = randomUUID();
    const first = await shop.submit(cart, { key });
    await shop.settled(await shop.cancel({ ...first.body, cartToken: cart.cartToken }));
    const startedAt = performance.now();
    const again = await shop.submit(cart, { key, wait: 20 });
    expect(again.body).to.include({ id: first.body.id, state: 'CANCELLED' });
    expect(again.headers.get('idempotent-replayed')).to.equal('true');
    expect(performance.now() - startedAt).to.be.below(scaled(5_000));
    expect(await books.query('select id from checkouts where cart_id = $1', [cart.id])).to.have.length(1);
  });

  it('with the same key and another body is refused, and does nothing', async () => {
    const { shop, books } = flow;
    const cart = await fill();
    const key = randomUUID();
    const { body } = await shop.submit(cart, { key, email: 'asha@example.com' });
    const other = await shop.ask<Failed>('POST', '/checkout', {
      token: cart.cartToken,
      headers: { 'idempotency-key': key },
      body: { ...submissionOf(cart), email: 'ravi@example.com' },
    });
    expect(other.status).to.equal(422);
    expect(other.body.error).to.include({ code: 'IDEMPOTENCY_KEY_REUSED', type: 'BUSINESS_LOGIC_ERROR' });
    const rows = await books.query('select id from checkouts where cart_id = $1', [cart.id]);
    expect(rows).to.deep.equal([{ id: body.id }]);
    await shop.settled(await shop.cancel({ ...body, cartToken: cart.cartToken }));
  });

  it('for payment, ten times in parallel, charges once', async () => {
    const cart = await fill();
    const waiting = await flow.shop.rested(await flow.shop.checkout(cart));
    const answers = await times(10, () => pay(waiting));
    expectAcceptedOrRefused(answers);
    expect(answers.some(({ status }) => status === 202)).to.equal(true);
    await flow.shop.settled(waiting);
    await expectOnce(waiting.id, cart);
  });

  it('for payment, ten times here and ten times at the provider, charges once', async () => {
    const cart = await fill();
    const waiting = await flow.shop.rested(await flow.shop.checkout(cart));
    const [answers] = await Promise.all([times(10, () => pay(waiting)), times(10, () => confirmAtProvider(waiting))]);
    expectAcceptedOrRefused(answers);
    expect((await flow.shop.settled(waiting)).state).to.equal('COMPLETED');
    await expectOnce(waiting.id, cart);
  });

  const pay = ({ id, cartToken }: Checkout) =>
    flow.shop.ask('POST', `/checkout/${id}/payment`, {
      token: cartToken,
      body: { paymentMethod: 'pm_card_visa' },
      headers: { 'idempotency-key': randomUUID() },
    });

  const confirmAtProvider = ({ payment }: Checkout) =>
    fetch(`${flow.simulator}/v1/payment_intents/${payment?.intentId}/confirm`, {
      method: 'POST',
      body: new URLSearchParams({ client_secret: payment?.clientSecret ?? '', payment_method: 'pm_card_visa' }),
    });

  function expectAcceptedOrRefused(answers: Answer<unknown>[]): void {
    const statuses = answers.map(({ status }) => status);
    expect(
      statuses.every((status) => status === 202 || status === 409),
      statuses.join(),
    ).to.equal(true);
  }

  const submissionOf = ({ id }: Cart): object => ({
    cartId: id,
    email: 'asha@example.com',
    shippingAddress: BENGALURU,
  });
});

const sameAs = (answer: Answer<unknown> | undefined) => ({ status: answer?.status, body: answer?.body });
