import { expect } from 'chai';
import { type Checkout, type Failed, trail } from '../support/shop.ts';
import { clearFaults, setFaults } from '../support/simulator.ts';
import { waitFor } from '../support/wait-for.ts';
import { together } from './in-parallel.ts';
import { type Flow, sharedFlow, startFlow } from './stack.ts';

/** Pays some seconds after it was asked to, and cannot be called back meanwhile. */
const SLOW = 'pm_usBankAccount_success';
const LATE = ['PAYMENT_SUCCEEDED → PAYMENT_CONFIRMED', 'ORDER_STORED → ORDER_CREATED', 'CART_CLOSED → COMPLETED'];
const LATE_AND_REFUSED = ['PAYMENT_SUCCEEDED → PAYMENT_CONFIRMED', 'ORDER_REFUSED → FAILED'];

describe('money that comes late', () => {
  let flow: Flow;
  before(async function () {
    flow = await sharedFlow(this);
    await setFaults(flow.simulator, { processingMs: 3_000 });
  });
  after(() => clearFaults(flow.simulator));

  /** One unit in stock; a checkout of it whose money is on its way, cancelled by the customer. */
  async function cancelledButPaid() {
    const { shop, books } = flow;
    const variantId = await books.stock({ stock: 1, price: 49_900 });
    const cart = await shop.cart([{ variantId, quantity: 1 }]);
    const started = await shop.checkout(cart, { method: SLOW });
    await waitFor('the money is on its way', async () => (await books.money(started.id)).status === 'processing');
    const checkout = await shop.reached(await shop.cancel(started), 'CANCELLED');
    expect(await books.level(variantId)).to.include({ onHand: 1, reserved: 0 });
    return { variantId, cart, checkout };
  }

  const refunded = async (checkout: Checkout) => {
    const money = await waitFor('the money has gone back', async () => {
      const now = await flow.books.money(checkout.id);
      return now.refunded > 0 && now;
    });
    expect(money).to.deep.include({ captured: 49_900, refunded: 49_900, charged: [49_900], returned: [49_900] });
  };

  together({
    'becomes an order while the goods are there': whileGoodsAreThere,
    'goes back in full when the goods are gone': whenGoodsAreGone,
    'goes back in full when the cart was bought anew': whenTheCartWasBoughtAnew,
  });

  async function whileGoodsAreThere(): Promise<void> {
    const { shop, books } = flow;
    const { variantId, cart, checkout } = await cancelledButPaid();
    const late = await shop.reached(checkout, 'COMPLETED');
    expect(trail(late).slice(-4)).to.deep.equal(['CANCEL → CANCELLED', ...LATE]);
    expect(late).not.to.have.property('reason');
    expect(await books.level(variantId)).to.deep.equal({
      onHand: 0,
      reserved: 0,
      moves: ['receive 1', 'reserve 1', 'release 1', 'reserve 1', 'consume 1'],
    });
    expect(await books.money(late.id)).to.deep.include({ captured: 49_900, refunded: 0, returned: [0] });
    expect(await books.orders([cart.id])).to.equal(1);
    expect((await shop.open(cart)).status).to.equal('ordered');
  }

  async function whenGoodsAreGone(): Promise<void> {
    const { shop, books } = flow;
    const { variantId, cart, checkout } = await cancelledButPaid();
    const faster = await shop.buy([{ variantId, quantity: 1 }]);
    const late = await shop.reached(checkout, 'FAILED');
    expect(trail(late).slice(-3)).to.deep.equal(['CANCEL → CANCELLED', ...LATE_AND_REFUSED]);
    expect(late.reason).to.equal('PAID_BUT_OUT_OF_STOCK');
    expect(late.reasonDetails).to.deep.equal({ variantId, requested: 1, available: 0 });
    await refunded(late);
    expect(await books.level(variantId)).to.include({ onHand: 0, reserved: 0 });
    expect(await books.orders([cart.id, faster.cartId])).to.equal(1);
  }

  async function whenTheCartWasBoughtAnew(): Promise<void> {
    const { shop, books } = flow;
    const { variantId, cart, checkout } = await cancelledButPaid();
    await books.adjust(variantId, 5);
    const anew = await shop.settled(await shop.checkout(cart, { method: 'pm_card_visa' }));
    const late = await shop.reached(checkout, 'FAILED');
    expect(trail(late).slice(-3)).to.deep.equal(['CANCEL → CANCELLED', ...LATE_AND_REFUSED]);
    expect(late.reason).to.equal('SUPERSEDED');
    await refunded(late);
    expect(await books.money(anew.id)).to.deep.include({ captured: 49_900, refunded: 0, returned: [0] });
    expect(await books.level(variantId)).to.include({ onHand: 5, reserved: 0 });
    expect(await books.orders([cart.id])).to.equal(1);
  }

  it('does not sell goods whose reservation ran out and which another bought, though no job has ended it', async () => {
    const { shop, books } = flow;
    const variantId = await books.stock({ stock: 1, price: 49_900 });
    const cart = await shop.cart([{ variantId, quantity: 1 }]);
    const slow = await shop.rested(await shop.checkout(cart));
    const runOut = `update reservations set expires_at = now() - interval '1 s' where checkout_id = $1`;
    await books.query(runOut, [slow.id]);
    const faster = await shop.buy([{ variantId, quantity: 1 }]);
    expect(faster.state).to.equal('COMPLETED');
    const late = await shop.settled(await shop.pay(slow, 'pm_card_visa'));
    expect(late).to.include({ state: 'FAILED', reason: 'PAID_BUT_OUT_OF_STOCK' });
    await refunded(late);
    expect(await books.level(variantId)).to.deep.equal({
      onHand: 0,
      reserved: 0,
      moves: ['receive 1', 'reserve 1', 'release 1', 'reserve 1', 'consume 1'],
    });
  });
});

describe('a checkout whose reservation runs out', function () {
  this.timeout(60_000);
  let flow: Flow;
  before(async () => {
    flow = await startFlow({ env: { CHECKOUT_TTL_SECONDS: '2' } });
    // Longer than the deadline and the round that ends what is past it.
    await setFaults(flow.simulator, { processingMs: 9_000 });
  });
  after(async function () {
    // All that the run has left is looked through.
    this.timeout(120_000);
    await flow?.stop();
  });

  together({
    'expires: goods and cart are free, the intent is cancelled': abandoned,
    'expires after a decline, and is not paid any more': declinedAndAbandoned,
    'becomes an order when its money comes late and the goods are there': paidLate,
    'gives money back that comes late when the goods are gone': paidTooLate,
  });

  async function begin(method?: string) {
    const variantId = await flow.books.stock({ stock: 1, price: 49_900 });
    const cart = await flow.shop.cart([{ variantId, quantity: 1 }]);
    return { variantId, cart, started: await flow.shop.checkout(cart, method === undefined ? {} : { method }) };
  }

  async function abandoned(): Promise<void> {
    const { shop, books } = flow;
    const { variantId, cart, started } = await begin();
    const checkout = await shop.settled(started);
    expect(trail(checkout)).to.deep.equal([
      'CREATED → CREATED',
      'RESERVED → LOCKED',
      'PAYMENT_OPENED → PAYMENT_PENDING',
      'METHOD_REQUIRED → PAYMENT_PENDING',
      'EXPIRE → EXPIRED',
    ]);
    expect(checkout.reason).to.equal('RESERVATION_EXPIRED');
    const released = { onHand: 1, reserved: 0, moves: ['receive 1', 'reserve 1', 'release 1'] };
    expect(await books.level(variantId)).to.deep.equal(released);
    await waitFor('the intent is cancelled', async () => (await books.money(checkout.id)).status === 'canceled');
    const path = `/cart/${cart.id}/items/${cart.items[0]?.id}`;
    const edit = await shop.ask('PATCH', path, { token: cart.cartToken, body: { quantity: 1 } });
    expect(edit.status).to.equal(200);
    const again = await shop.settled(await shop.checkout(cart, { method: 'pm_card_visa' }));
    expect(again.state).to.equal('COMPLETED');
    expect(await books.level(variantId)).to.include({ onHand: 0, reserved: 0 });
  }

  async function declinedAndAbandoned(): Promise<void> {
    const { shop, books } = flow;
    const { variantId, started } = await begin('pm_card_chargeDeclined');
    const { id, cartToken, ...checkout } = await shop.settled(started);
    expect(checkout).to.include({ state: 'EXPIRED', reason: 'RESERVATION_EXPIRED' });
    const body = { paymentMethod: 'pm_card_visa' };
    const late = await shop.ask<Failed>('POST', `/checkout/${id}/payment`, { token: cartToken, body });
    expect([late.status, late.body.error.code]).to.deep.equal([409, 'CHECKOUT_STATE_CONFLICT']);
    expect(await books.money(id)).to.deep.include({ captured: 0, charged: [] });
    expect(await books.level(variantId)).to.include({ onHand: 1, reserved: 0 });
  }

  async function paidLate(): Promise<void> {
    const { shop, books } = flow;
    const { variantId, cart, started } = await begin(SLOW);
    const expired = await shop.reached(started, 'EXPIRED');
    const late = await shop.reached(expired, 'COMPLETED');
    expect(trail(late).slice(-4)).to.deep.equal(['EXPIRE → EXPIRED', ...LATE]);
    expect(await books.level(variantId)).to.include({ onHand: 0, reserved: 0 });
    expect(await books.money(late.id)).to.deep.include({ captured: 49_900, refunded: 0, returned: [0] });
    expect(await books.orders([cart.id])).to.equal(1);
  }

  async function paidTooLate(): Promise<void> {
    const { shop, books } = flow;
    const { variantId, cart, started } = await begin(SLOW);
    const expired = await shop.reached(started, 'EXPIRED');
    const faster = await shop.buy([{ variantId, quantity: 1 }]);
    const late = await shop.reached(expired, 'FAILED');
    expect(trail(late).slice(-3)).to.deep.equal(['EXPIRE → EXPIRED', ...LATE_AND_REFUSED]);
    expect(late.reason).to.equal('PAID_BUT_OUT_OF_STOCK');
    await waitFor('the money has gone back', async () => (await books.money(late.id)).refunded === 49_900);
    expect(await books.money(late.id)).to.deep.include({ charged: [49_900], returned: [49_900] });
    expect(await books.orders([cart.id, faster.cartId])).to.equal(1);
  }
});
