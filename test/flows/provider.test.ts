import { expect } from 'chai';
import { type Checkout, trail } from '../support/shop.ts';
import { authenticate, clearFaults, setFaults, stats } from '../support/simulator.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

const PRICE = 49_900;
const STRAIGHT = [
  'CREATED → CREATED',
  'RESERVED → LOCKED',
  'PAYMENT_OPENED → PAYMENT_PENDING',
  'PAYMENT_SUCCEEDED → PAYMENT_CONFIRMED',
  'ORDER_STORED → ORDER_CREATED',
  'CART_CLOSED → COMPLETED',
];

describe('whatever the payment provider does', function () {
  this.timeout(40_000);
  let flow: Flow;
  let variantId: string;
  before(async function () {
    flow = await sharedFlow(this);
  });
  beforeEach(async () => {
    variantId = await flow.books.stock({ stock: 50, price: PRICE });
  });
  afterEach(() => clearFaults(flow.simulator));

  const start = async (method?: string): Promise<Checkout> => {
    const { shop } = flow;
    return shop.checkout(await shop.cart([{ variantId, quantity: 1 }]), method === undefined ? {} : { method });
  };

  /** One unit sold per checkout, one charge each of its price, and nothing held. */
  async function expectSoldOnce(checkouts: Checkout[]): Promise<void> {
    const { books } = flow;
    for (const { id, cartId } of checkouts) {
      const money = await books.money(id);
      expect(money).to.deep.include({ status: 'succeeded', captured: PRICE, refunded: 0, charged: [PRICE] });
      expect(await books.orders([cartId])).to.equal(1);
    }
    expect(await books.level(variantId)).to.include({ onHand: 50 - checkouts.length, reserved: 0 });
  }

  /** An operation at the provider has ended without an answer. */
  const unanswered = ({ id }: Checkout) =>
    waitFor('the provider did not answer', async () => {
      const unknown = `select 1 from payment_operations o join payments p on p.id = o.payment_id
        where p.checkout_id = $1 and o.status = 'unknown'`;
      return (await flow.books.query(unknown, [id])).length > 0;
    });

  it('is down, then up: the checkout waits, then completes within seconds', async () => {
    const { requests } = await stats(flow.simulator);
    await setFaults(flow.simulator, { down: true });
    const checkout = await start('pm_card_visa');
    await unanswered(checkout);
    await waitFor('it was asked again', async () => (await stats(flow.simulator)).requests > requests + 2);
    expect(await flow.shop.look(checkout)).to.include({ state: 'LOCKED' });
    expect(await flow.books.level(variantId)).to.include({ onHand: 50, reserved: 1 });
    await clearFaults(flow.simulator);
    const done = await flow.shop.settled(checkout, 10_000);
    expect(trail(done)).to.deep.equal(STRAIGHT);
    await expectSoldOnce([done]);
  });

  it('is killed, with twelve checkouts on their way', async () => {
    const { shop, stack } = flow;
    const started = await Promise.all(Array.from({ length: 12 }, () => start('pm_card_visa')));
    stack.kill('simulator');
    const done = await Promise.all(started.map((checkout) => shop.settled(checkout)));
    for (const checkout of done) expect(trail(checkout)).to.deep.equal(STRAIGHT);
    await expectSoldOnce(done);
  });

  for (const [what, faults] of [
    ['charges and hangs up', { timeoutAfterSuccessRate: 1, timeoutMs: 0 }],
    ['charges and answers that it failed', { errorAfterSuccessRate: 1 }],
    ['fails before it does anything', { errorRate: 1 }],
  ] as const) {
    it(`${what}, and tells nothing by webhook: one charge`, async () => {
      await setFaults(flow.simulator, { ...faults, webhookDropRate: 1 });
      const { requests } = await stats(flow.simulator);
      const checkout = await start('pm_card_visa');
      await waitFor('it was asked', async () => (await stats(flow.simulator)).requests > requests);
      await clearFaults(flow.simulator);
      const done = await flow.shop.settled(checkout);
      expect(trail(done)).to.deep.equal(STRAIGHT);
      await expectSoldOnce([done]);
    });
  }

  it('fails three times before it does anything, and keeps these answers: one charge, as soon as it works', async () => {
    const { shop, simulator } = flow;
    await setFaults(simulator, { keptErrorRate: 1, webhookDropRate: 1 });
    const checkout = await start('pm_card_visa');
    const rounds = `select key_round as round from payment_operations o join payments p on p.id = o.payment_id
      where p.checkout_id = $1 and key_round > 3`;
    await waitFor('three keys are used up', async () => (await flow.books.query(rounds, [checkout.id])).length > 0);
    await clearFaults(simulator);
    await expectSoldOnce([await shop.settled(checkout)]);
  });

  it('charges and never answers, the first time or after a decline, and tells nothing by webhook: one charge', async () => {
    const { shop, books } = flow;
    const declined = await shop.rested(await start('pm_card_chargeDeclined'));
    await setFaults(flow.simulator, { timeoutAfterSuccessRate: 1, webhookDropRate: 1 });
    const checkouts = [await start('pm_card_visa'), await shop.pay(declined, 'pm_card_visa')];
    // As long as the call is open nobody knows; then it is asked about.
    const [first, second] = await Promise.all(checkouts.map((checkout) => shop.settled(checkout)));
    expect(trail(first as Checkout)).to.deep.equal(STRAIGHT);
    expect((await books.money(declined.id)).attempts).to.deep.equal(['declined generic_decline', 'succeeded']);
    await expectSoldOnce([first as Checkout, second as Checkout]);
  });

  for (const [what, faults] of [
    ['twice more', { webhookDuplicates: 2 }],
    ['late', { webhookDelayMs: [200, 600] }],
    ['in another order', { webhookOutOfOrder: true }],
    ['twice, late and in another order', { webhookDuplicates: 1, webhookDelayMs: [0, 300], webhookOutOfOrder: true }],
  ] as const) {
    it(`tells by webhook ${what}: the result is the same`, async () => {
      await setFaults(flow.simulator, faults);
      const done = await Promise.all([byCard(), afterDecline(), afterAuthentication(), byItself()]);
      for (const checkout of done) expect(checkout.state).to.equal('COMPLETED');
      await waitFor('all that was told is worked off', async () => {
        const ids = done.map(({ id }) => id);
        const open = 'select 1 from webhook_inbox where processed_at is null and checkout_id = any($1)';
        return (
          (await stats(flow.simulator)).webhooksPending === 0 && (await flow.books.query(open, [ids])).length === 0
        );
      });
      const settled = await Promise.all(done.map((checkout) => flow.shop.look(checkout)));
      expect(settled.map(trail)).to.deep.equal(done.map(trail));
      await expectSoldOnce(done);
    });
  }

  it('tells nothing by webhook: asking finds the payment that the client made by itself', async () => {
    const { shop, books, simulator } = flow;
    await setFaults(simulator, { webhookDropRate: 1 });
    const waiting = await shop.rested(await start());
    await confirmAtProvider(waiting);
    // What is asked about is whatever was silent for a while: make it so.
    const silent = `update payments set updated_at = updated_at - interval '1 minute' where checkout_id = $1`;
    await books.query(silent, [waiting.id]);
    await expectSoldOnce([await shop.settled(waiting)]);
  });

  it('tells of an old decline while the next method is being charged: the client hears of the new one only', async () => {
    const { shop, simulator } = flow;
    await setFaults(simulator, { webhookDelayMs: 500 });
    const declined = await shop.rested(await start('pm_card_chargeDeclined'));
    const { requests, webhooksSent } = await stats(simulator);
    await setFaults(simulator, { latencyMs: 5_000 });
    const paying = await shop.pay(declined, 'pm_card_visa');
    await waitFor('the charge is being made', async () => (await stats(simulator)).requests > requests);
    await setFaults(simulator, { latencyMs: 0 });
    // That the intent was made, and the decline.
    await waitFor('the decline is told', async () => (await stats(simulator)).webhooksSent >= webhooksSent + 2);
    const done = await shop.rested(paying);
    expect(trail(done).slice(3)).to.deep.equal([
      'PAYMENT_DECLINED → PAYMENT_PENDING',
      'PAY → PAYMENT_PENDING',
      ...STRAIGHT.slice(3),
    ]);
    await expectSoldOnce([done]);
  });

  it('does all of that by chance to forty checkouts: each is one order and one charge', async () => {
    const { shop, simulator } = flow;
    await setFaults(simulator, {
      seed: 7,
      errorRate: 0.15,
      errorAfterSuccessRate: 0.15,
      timeoutAfterSuccessRate: 0.15,
      timeoutMs: 50,
      latencyMs: [0, 30],
      webhookDuplicates: 1,
      webhookDelayMs: [0, 200],
      webhookDropRate: 0.3,
    });
    const started = await Promise.all(Array.from({ length: 40 }, () => start('pm_card_visa')));
    const done = await Promise.all(started.map((checkout) => shop.settled(checkout, 35_000)));
    for (const checkout of done) expect(trail(checkout)).to.deep.equal(STRAIGHT);
    await expectSoldOnce(done);
  });

  it('is not believed when its signature is wrong or its message old', async () => {
    const { stack, books } = flow;
    const body = JSON.stringify({ id: 'evt_forged', type: 'payment_intent.succeeded', data: { object: {} } });
    const stale = `t=${Math.floor(Date.now() / 1_000) - 301},v1=${'0'.repeat(64)}`;
    for (const signature of ['', 't=1,v1=00', stale]) {
      const response = await fetch(`${stack.url}/api/v1/webhooks/payments/stripe`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', 'stripe-signature': signature },
      });
      expect(response.status).to.equal(400);
      expect(await response.json()).to.have.nested.property('error.code', 'INVALID_SIGNATURE');
    }
    expect(await books.query(`select 1 from webhook_inbox where event_id = 'evt_forged'`)).to.deep.equal([]);
  });

  const byCard = async () => flow.shop.settled(await start('pm_card_visa'));

  const afterDecline = async () => {
    const declined = await flow.shop.rested(await start('pm_card_chargeDeclined'));
    return flow.shop.settled(await flow.shop.pay(declined, 'pm_card_visa'));
  };

  const afterAuthentication = async () => {
    const waiting = await flow.shop.rested(await start('pm_card_authenticationRequired'));
    await authenticate(flow.simulator, waiting.payment?.intentId ?? '', 'succeed');
    return flow.shop.settled(waiting);
  };

  const byItself = async () => {
    const waiting = await flow.shop.rested(await start());
    await confirmAtProvider(waiting);
    return flow.shop.settled(waiting);
  };

  const confirmAtProvider = ({ payment }: Checkout) =>
    fetch(`${flow.simulator}/v1/payment_intents/${payment?.intentId}/confirm`, {
      method: 'POST',
      body: new URLSearchParams({ client_secret: payment?.clientSecret ?? '', payment_method: 'pm_card_visa' }),
    });
});
