import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import Stripe from 'stripe';
import { processProviderEvents } from '../../src/jobs/payments.ts';
import { stripeProvider } from '../../src/ports/payments/stripe.ts';
import { rest } from '../support/queues.ts';
import { openStaffClient } from '../support/staff-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

const KEYS = { secretKey: 'sk_test_development', webhookSecret: 'whsec_development' };

describe('money that has to go back', () => {
  let flow: Flow;
  before(async function () {
    flow = await sharedFlow(this);
  });

  const bought = async () => {
    const variantId = await flow.books.stock({ stock: 3, price: 20_000 });
    return flow.shop.buy([{ variantId, quantity: 1 }]);
  };

  it('goes back at once when it was charged beside the payment of its checkout', async () => {
    const checkout = await bought();
    const provider = stripeProvider({ ...KEYS, apiUrl: flow.simulator });
    const beside = { checkoutId: checkout.id, amount: 700, currency: 'INR', method: 'pm_card_visa', key: randomUUID() };
    const intent = await provider.open(beside);
    const back = () => provider.retrieve(intent.id).then(({ amountRefunded }) => amountRefunded === 700);
    await waitFor('the second charge has gone back', back);
    const { captured, refunded } = await flow.books.money(checkout.id);
    expect({ captured, refunded }).to.deep.equal({ captured: 20_000, refunded: 0 });
    expect(await flow.books.orders([checkout.cartId])).to.equal(1);
  });

  it('goes back as far as the provider has not returned a second charge yet', async () => {
    const checkout = await bought();
    const provider = stripeProvider({ ...KEYS, apiUrl: flow.simulator });
    const goOn = await rest(flow.stack.redisUrl, processProviderEvents);
    const beside = { checkoutId: checkout.id, amount: 700, currency: 'INR', method: 'pm_card_visa', key: randomUUID() };
    const { id: intentId } = await provider
      .open(beside)
      .then(async (intent) => {
        await provider.refund({ intentId: intent.id, amount: 200, key: randomUUID(), reference: 'the desk' });
        return intent;
      })
      .finally(goOn);
    const closed = async () =>
      flow.books.query<{ outcome: string }>(
        `select outcome from webhook_inbox where intent_id = $1 and status = 'succeeded' and processed_at is not null`,
        [intentId],
      );
    await waitFor('its event is closed', async () => (await closed()).length > 0);
    expect(await closed()).to.deep.equal([{ outcome: 'returned' }]);
    const refunds = await provider.refundsOf(intentId);
    expect(refunds.map(({ amount }) => amount).sort()).to.deep.equal([200, 500]);
  });

  it('is booked when it was given back at the desk of the provider, and the order hears of it', async () => {
    const checkout = await bought();
    const staff = await openStaffClient(flow.stack.url);
    const provider = stripeProvider({ ...KEYS, apiUrl: flow.simulator });
    const intentId = checkout.payment?.intentId ?? '';
    const giveBack = (amount: number) =>
      provider.refund({ intentId, amount, key: randomUUID(), reference: 'the desk' });
    await giveBack(5_000);
    const id = checkout.orderId ?? '';
    const partly = await staff.until(id, 'the first part is booked', ({ refunded }) => refunded === 5_000);
    expect(partly.state).to.equal('CONFIRMED');
    expect(partly.refunds[0]).to.include({ cause: 'provider', amount: 5_000, state: 'succeeded' });
    const noted = async () => {
      const { body } = await staff.ask<{ data: { total: number }[] }>('GET', `/../admin/orders/${id}/credit-notes`);
      return body.data.map(({ total }) => total);
    };
    await waitFor('its credit note by value', async () => (await noted()).join() === '5000');
    await giveBack(15_000);
    // Nothing was sent, so nothing will be.
    const over = await staff.until(id, 'the order is off', ({ state }) => state === 'CANCELLED');
    expect(over.refunds.map(({ amount }) => amount)).to.deep.equal([5_000, 15_000]);
    expect(over.lines[0]).to.include({ cancelled: 1, refunded: 1 });
    expect((await flow.books.money(checkout.id)).returned).to.deep.equal([20_000]);
    await waitFor('both credit notes', async () => (await noted()).join() === '5000,15000');
  });

  it('goes back as an amount, and leaves that much less for a return; what the shop paid itself is noted', async () => {
    const { orderId: id = '', id: checkoutId } = await bought();
    const staff = await openStaffClient(flow.stack.url);
    await staff.done(id, 'transitions', { command: 'PROCESS' });
    await staff.done(id, 'shipments');
    const both = { amount: 1, lines: [{ line: 1, quantity: 1 }], reason: 'Late' };
    expect((await staff.ask('POST', `/../admin/orders/${id}/refunds`, { body: both })).status).to.equal(400);
    await staff.done(id, 'refunds', { amount: 5_900, reason: 'Late' });
    const recorded = await staff.tell(id, 'credit-notes', { amount: 4_000, reason: 'Paid by bank transfer' });
    const asked = await staff.tell(id, 'returns', { lines: [{ line: 1, quantity: 1 }], reason: 'damaged' });
    await staff.done(id, `returns/${asked.result?.returnId}/approve`);
    await staff.done(id, `returns/${asked.result?.returnId}/receive`);
    const over = await staff.until(id, 'all has gone back', ({ state }) => state === 'REFUNDED');
    expect(over.refunds.map(({ cause, amount }) => [cause, amount])).to.deep.equal([
      ['refund', 5_900],
      ['outside', 4_000],
      ['return', 10_100],
    ]);
    expect(over.refunds[1]).to.deep.include({ id: recorded.result?.refundId, state: 'succeeded' });
    expect(over.refunds[1]?.lines).to.deep.equal([{ line: 1, quantity: 0, amount: 4_000 }]);
    expect((await flow.books.money(checkoutId)).returned).to.deep.equal([16_000]);
    const more = await staff.tell(id, 'credit-notes', { amount: 1, reason: 'Once more' });
    expect(more.error).to.deep.include({ code: 'REFUND_EXCEEDS_PAYMENT' });
  });

  it('is still owed when the provider could not carry the refund out', async () => {
    const checkout = await bought();
    const refundId = `re_${randomUUID().replaceAll('-', '')}`;
    await flow.books.query(
      `with p as (update payments set refunded = 20000, refund_asked = 20000, version = version + 1 where checkout_id = $1 returning id)
        insert into payment_operations (id, payment_id, kind, amount, idempotency_key, key_round, fence, status, reference,
          created_at, finished_at) select $2, id, 'refund', 20000, $3, 1, 0, 'done', $3, now(), now() from p`,
      [checkout.id, randomUUID(), refundId],
    );
    const object = { id: refundId, object: 'refund', payment_intent: checkout.payment?.intentId };
    const created = Math.floor(Date.now() / 1_000);
    await notify(flow, { id: `evt_${refundId}`, object: 'event', type: 'refund.failed', created, data: { object } });
    const owed = async () => (await flow.books.money(checkout.id)).refunded === 0;
    await waitFor('the refund is taken back from the books', owed);
    const [operation] = await flow.books.query<{ status: string; error: string }>(
      `select status, error from payment_operations where reference = $1`,
      [refundId],
    );
    expect(operation).to.deep.equal({ status: 'refused', error: 'REFUND_FAILED' });
  });
});

describe('an idempotency key', () => {
  it('shows its answer to nobody but the holder of the cart', async function () {
    const { shop, books } = await sharedFlow(this);
    const variantId = await books.stock({ stock: 3, price: 20_000 });
    const cart = await shop.cart([{ variantId, quantity: 1 }]);
    const declined = await shop.rested(await shop.checkout(cart, { method: 'pm_card_chargeDeclined' }));
    const headers = { 'idempotency-key': randomUUID() };
    const body = { paymentMethod: 'pm_card_visa' };
    const pay = (token?: string) => shop.ask('POST', `/checkout/${declined.id}/payment`, { token, body, headers });
    expect((await pay(cart.cartToken)).status).to.equal(202);
    expect((await pay()).status).to.equal(401);
    expect((await pay('a'.repeat(43))).status).to.equal(404);
    expect((await pay(cart.cartToken)).headers.get('idempotent-replayed')).to.equal('true');
    await shop.reached(declined, 'COMPLETED');
  });
});

/** Sends an event as the provider would. */
async function notify({ stack }: Flow, event: object): Promise<void> {
  const payload = JSON.stringify(event);
  const signature = await new Stripe('sk_test_x').webhooks.generateTestHeaderStringAsync({
    payload,
    secret: KEYS.webhookSecret,
  });
  const url = `${stack.url}/api/v1/webhooks/payments/stripe`;
  const answer = await fetch(url, { method: 'POST', headers: { 'stripe-signature': signature }, body: payload });
  expect(answer.status).to.equal(200);
}
