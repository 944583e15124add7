import { expect } from 'chai';
import { type Checkout, trail } from '../support/shop.ts';
import { clearFaults, setFaults } from '../support/simulator.ts';
import { waitFor } from '../support/wait-for.ts';
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

  it('becomes an order, or goes back in full', async function () {
    this.timeout(30_000);
    await Promise.all([whileGoodsAreThere(), whenGoodsAreGone(), whenTheCartWasBoughtAnew()]);
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

describe('a reservation that runs out', () => {
  let flow: Flow;
  before(async function () {
    const { stack } = await sharedFlow(this);
    // Servers are shared, the data is not.
    await stack.createDatabase;
    flow = await startFlow({ env: { CHECKOUT_TTL_SECONDS: '2' } });
  });
  after(() => flow?.stop());
});
