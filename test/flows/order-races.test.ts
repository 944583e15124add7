import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { stripeProvider } from '../../src/ports/payments/stripe.ts';
import { verifyDatabase } from '../../tools/verify/database.ts';
import { openShop } from '../support/shop.ts';
import { openStaffClient, type StaffClient, type Told } from '../support/staff-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

const AT_ONCE = 50;

describe('many want something of one order at once', function () {
  this.timeout(60_000);
  let flow: Flow;
  let staff: StaffClient;
  before(async function () {
    flow = await sharedFlow(this);
    staff = await openStaffClient(flow.stack.url);
  });

  const sent = async (quantity: number) => {
    const variantId = await flow.books.stock({ stock: quantity, price: 33_333 });
    const { orderId: id = '', id: checkoutId, total } = await flow.shop.buy([{ variantId, quantity }]);
    await staff.done(id, 'transitions', { command: 'PROCESS' });
    return { id, checkoutId, total, variantId };
  };
  const states = (told: readonly Told[]) => Map.groupBy(told, ({ state }) => state);

  it(`${AT_ONCE} refunds of a unit never give back more than was paid`, async () => {
    const { id, checkoutId, total } = await sent(10);
    await staff.done(id, 'shipments');
    const body = { lines: [{ line: 1, quantity: 1 }], reason: 'Goodwill' };
    const told = await Promise.all(Array.from({ length: AT_ONCE }, () => staff.tell(id, 'refunds', body)));
    expect(states(told).get('done')).to.have.length(10);
    const refusals = states(told).get('refused') ?? [];
    expect(new Set(refusals.map(({ error }) => error?.code))).to.deep.equal(new Set(['UNITS_UNAVAILABLE']));
    const over = await staff.until(id, 'all is refunded', ({ state }) => state === 'REFUNDED');
    expect(over.refunded).to.equal(total);
    expect((await flow.books.money(checkoutId)).returned).to.deep.equal([total]);
  });

  it('refunds of staff and of the dashboard of the provider together give back what was paid, with credit notes of as much', async () => {
    const keys = { secretKey: 'sk_test_development', webhookSecret: 'whsec_development' };
    const provider = stripeProvider({ ...keys, apiUrl: flow.simulator });
    const races = Array.from({ length: 6 }, async () => {
      const { id, checkoutId, total } = await sent(3);
      await staff.done(id, 'shipments');
      const intent = `select intent_id as "intentId" from payments where checkout_id = $1`;
      const [payment] = await flow.books.query<{ intentId: string }>(intent, [checkoutId]);
      const inDashboard = {
        intentId: payment?.intentId ?? '',
        amount: 4_000,
        key: randomUUID(),
        reference: 'dashboard',
      };
      const body = { lines: [{ line: 1, quantity: 3 }], reason: 'Goodwill' };
      // The one that comes second may find too little left: then it is refused, and nothing of it has gone back.
      await Promise.allSettled([staff.tell(id, 'refunds', body), provider.refund(inDashboard)]);
      const isDecided = ({ refunds }: Awaited<ReturnType<StaffClient['order']>>) =>
        refunds.length > 0 && refunds.every(({ state }) => state !== 'pending');
      const { refunds } = await staff.until(id, 'the refunds are decided', isDecided);
      for (const { id: refundId } of refunds.filter(({ state }) => state === 'failed')) {
        const isBooked = ({ refunded }: { refunded: number }) => refunded === 4_000;
        await staff.until(id, 'the refund of the dashboard is booked', isBooked);
        await staff.done(id, `refunds/${refundId}/retry`);
      }
      await staff.until(id, 'all is refunded', ({ state }) => state === 'REFUNDED');
      expect((await flow.books.money(checkoutId)).returned).to.deep.equal([total]);
      await waitFor('the credit notes', async () => {
        const notes = `select sum(total)::int as total from documents where order_id = $1 and kind = 'credit-note'`;
        return (await flow.books.query<{ total: number }>(notes, [id]))[0]?.total === total;
      });
    });
    await Promise.all(races);
  });

  it('whoever cancels and whoever sends it: one wins, the other is told', async () => {
    const races = Array.from({ length: 8 }, async () => {
      const { id, variantId } = await sent(2);
      const told = await Promise.all([
        staff.tell(id, 'shipments'),
        staff.tell(id, 'transitions', { command: 'CANCEL', reason: 'The customer rang' }),
      ]);
      expect(told.map(({ state }) => state).sort()).to.deep.equal(['done', 'refused']);
      const loser = told.find(({ state }) => state === 'refused');
      expect(loser?.error?.code).to.be.oneOf(['ORDER_STATE_CONFLICT', 'UNITS_UNAVAILABLE']);
      const { state } = await staff.order(id);
      expect(state).to.equal(told[0].state === 'done' ? 'SHIPPED' : 'CANCELLED');
      expect((await flow.books.level(variantId)).onHand).to.equal(state === 'SHIPPED' ? 0 : 2);
    });
    await Promise.all(races);
  });

  it('cancellations and shipments of single units add up to what was bought', async () => {
    const { id, variantId } = await sent(12);
    const lines = [{ line: 1, quantity: 1 }];
    const wishes = Array.from({ length: 20 }, (_, index) =>
      index % 2
        ? staff.tell(id, 'shipments', { lines })
        : staff.tell(id, 'cancellations', { lines, reason: 'Damaged' }),
    );
    const told = await Promise.all(wishes);
    expect(states(told).get('done')).to.have.length(12);
    const { lines: after } = await staff.order(id);
    expect((after[0]?.shipped ?? 0) + (after[0]?.cancelled ?? 0)).to.equal(12);
    expect((await flow.books.level(variantId)).onHand).to.equal(after[0]?.cancelled);
  });

  it('a customer cancels what nobody packs, and asks to return what was sent', async () => {
    const customer = { email: `orders-${Date.now()}@example.com`, password: 'correct horse battery', name: 'Asha Rao' };
    const registered = await flow.shop.ask<{ accessToken: string }>('POST', '/account/register', { body: customer });
    const shop = openShop(flow.stack.url, registered.body.accessToken);
    const variantId = await flow.books.stock({ stock: 9, price: 33_333 });
    const [first, second] = [
      await shop.buy([{ variantId, quantity: 1 }]),
      await shop.buy([{ variantId, quantity: 1 }]),
    ];
    const list = await shop.ask<{ data: { id: string }[] }>('GET', '/account/orders');
    expect(list.body.data.map(({ id }) => id)).to.deep.equal([second.orderId, first.orderId]);
    const ask = (path: string, body: object = {}) =>
      shop.ask<Told>('POST', `/account/orders/${path}`, { body, headers: { prefer: 'wait=10' } });
    expect((await ask(`${first.orderId}/cancel`)).body).to.include({ state: 'done' });
    await staff.done(second.orderId ?? '', 'transitions', { command: 'PROCESS' });
    const late = await ask(`${second.orderId}/cancel`);
    expect(late.body.error).to.deep.include({ code: 'ORDER_STATE_CONFLICT' });
    await staff.done(second.orderId ?? '', 'shipments');
    const request = { lines: [{ line: 1, quantity: 1 }], reason: 'wrong_item' };
    expect((await ask(`${second.orderId}/returns`, request)).body).to.include({ state: 'done' });
    const own = await shop.ask<{ allowed: string[]; returns: { id: string; state: string }[] }>(
      'GET',
      `/account/orders/${second.orderId}`,
    );
    expect(own.body.allowed).to.deep.equal(['REQUEST_RETURN', 'WITHDRAW_RETURN']);
    const withdrawn = await ask(`${second.orderId}/returns/${own.body.returns[0]?.id}/withdraw`);
    expect(withdrawn.body).to.include({ state: 'done' });
    expect((await flow.shop.ask('GET', `/account/orders/${first.orderId}`)).status).to.equal(401);
  });

  it('leaves books that agree', async () => {
    const settled = async () => (await flow.books.query(`select 1 from outbox`)).length === 0;
    await waitFor('nothing is under way', settled, 20_000);
    expect((await verifyDatabase(flow.stack.databaseUrl)).findings).to.deep.equal([]);
  });
});
