import { expect } from 'chai';
import { isSignedWith, openReceiver, type Receiver } from '../support/receiver.ts';
import { openStaffClient, type StaffClient } from '../support/staff-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

interface Webhook {
  id: string;
  secret: string;
  state: string;
  disabledBecause: string | null;
  version: number;
}

interface Delivery {
  id: string;
  eventId: string;
  type: string;
  state: string;
  attempts: { status: number | null; error: string | null }[];
}

describe('a subscriber', function () {
  this.timeout(30_000);
  let flow: Flow;
  let staff: StaffClient;
  let receiver: Receiver;
  before(async function () {
    flow = await sharedFlow(this);
    staff = await openStaffClient(flow.stack.url);
  });
  beforeEach(async () => {
    receiver = await openReceiver();
  });
  afterEach(async () => {
    await receiver.close();
    await flow.books.query(`delete from webhook_subscriptions`);
  });

  const admin = <T>(method: string, path: string, body?: object, headers?: Record<string, string>) =>
    staff.ask<T>(method, `/../admin/webhooks${path}`, { body, ...(headers && { headers }) });
  const subscribe = async (events: string[]): Promise<Webhook> => {
    const answer = await admin<Webhook>('POST', '', { url: receiver.url, events });
    expect(answer.status).to.equal(201);
    return answer.body;
  };
  const deliveries = async ({ id }: Webhook) =>
    (await admin<{ data: Delivery[] }>('GET', `/${id}/deliveries`)).body.data;
  const came = (count: number) => waitFor(`${count} came`, () => receiver.received.length >= count);
  const cancelOne = async () => {
    const variantId = await flow.books.stock({ stock: 1, price: 10_000 });
    const { orderId = '' } = await flow.shop.buy([{ variantId, quantity: 1 }]);
    await staff.done(orderId, 'transitions', { command: 'CANCEL', reason: 'Test' });
    await staff.until(orderId, 'the money is back', ({ refunds }) => refunds[0]?.state === 'succeeded');
    return orderId;
  };

  it('is created once with one key; the repeated answer has no secret', async () => {
    const body = { url: receiver.url, events: ['order.cancelled'] };
    const create = () => admin<Webhook>('POST', '', body, { 'idempotency-key': 'webhook-of-the-test' });
    const [first, again] = [await create(), await create()];
    expect([first.status, again.status]).to.deep.equal([201, 201]);
    const { secret, ...webhook } = first.body;
    expect(secret).to.match(/^whsec_/);
    expect(again.body).to.deep.equal(webhook);
    expect((await admin<{ data: object[] }>('GET', '')).body.data).to.have.length(1);
  });

  it('is told what they asked for, signed, once each, and nothing else', async () => {
    const webhook = await subscribe(['order.confirmed', 'order.cancelled']);
    const orderId = await cancelOne();
    await came(2);
    const told = receiver.received.map(({ body }) => [body.type, body.data.orderId]);
    expect(told).to.have.deep.members([
      ['order.confirmed', orderId],
      ['order.cancelled', orderId],
    ]);
    for (const one of receiver.received) {
      expect(isSignedWith(webhook.secret, one)).to.equal(true);
      expect(isSignedWith(`${webhook.secret}x`, one)).to.equal(false);
      expect(one.headers['vcecom-event-id']).to.equal(one.body.id);
    }
    const sent = await waitFor('both are written down', async () => {
      const all = await deliveries(webhook);
      return all.length === 2 && all.every(({ state }) => state === 'delivered') && all;
    });
    expect(sent.map(({ attempts }) => attempts.map(({ status }) => status))).to.deep.equal([[200], [200]]);
  });

  it('gets it again after a failure, under the same ids, and by hand as often as wanted', async () => {
    receiver.answer(500);
    const webhook = await subscribe(['order.confirmed']);
    expect((await admin('POST', `/${webhook.id}/test`)).status).to.equal(202);
    await came(1);
    const failed = await waitFor('the failure is written down', async () => {
      const [one] = await deliveries(webhook);
      return one?.attempts.length === 1 && one;
    });
    expect(failed).to.include({ state: 'pending', type: 'test.ping' });
    receiver.answer(204);
    await flow.books.query(`update webhook_deliveries set due_at = now() where id = $1`, [failed.id]);
    await came(2);
    const [first, second] = receiver.received;
    expect(second?.headers['vcecom-delivery-id']).to.equal(first?.headers['vcecom-delivery-id']);
    expect(second?.body).to.deep.equal(first?.body);
    await waitFor('it is delivered', async () => (await deliveries(webhook))[0]?.state === 'delivered');
    await admin('POST', `/${webhook.id}/deliveries/${failed.id}/redeliver`);
    await came(3);
  });

  it('that redirects is not followed', async () => {
    receiver.answer(302);
    const webhook = await subscribe(['order.confirmed']);
    await admin('POST', `/${webhook.id}/test`);
    await waitFor('it is written down', async () => (await deliveries(webhook))[0]?.attempts[0]?.status === 302);
    expect(receiver.received).to.have.length(1);
  });

  it('can change the secret without losing an event: both sign for a day', async () => {
    const webhook = await subscribe(['order.confirmed']);
    const rotated = (await admin<Webhook>('POST', `/${webhook.id}/rotate-secret`)).body;
    expect(rotated.secret).not.to.equal(webhook.secret);
    await admin('POST', `/${webhook.id}/test`);
    await came(1);
    for (const secret of [webhook.secret, rotated.secret]) {
      expect(receiver.received.map((one) => isSignedWith(secret, one))).to.deep.equal([true]);
    }
    const shown = await admin<Record<string, unknown>>('GET', `/${webhook.id}`);
    expect(shown.body).not.to.have.any.keys('secret', 'previousSecret');
  });

  it('is switched off after three days of failures, and whoever set it up is told', async () => {
    receiver.answer(500);
    const webhook = await subscribe(['order.confirmed']);
    await flow.books.query(`update webhook_subscriptions set failing_since = now() - interval '73 h'`);
    await admin('POST', `/${webhook.id}/test`);
    const off = await waitFor('it is off', async () => {
      const { body } = await admin<Webhook>('GET', `/${webhook.id}`);
      return body.state === 'disabled' && body;
    });
    expect(off.disabledBecause).to.equal('failing');
    expect((await admin('POST', `/${webhook.id}/test`)).status).to.equal(404);
    receiver.answer(200);
    const on = await admin<Webhook>('PATCH', `/${webhook.id}`, { state: 'active' }, { 'if-match': `"${off.version}"` });
    expect(on.body).to.include({ state: 'active', disabledBecause: null });
    await flow.books.query(`update webhook_deliveries set due_at = now()`);
    await came(2);
  });
});
