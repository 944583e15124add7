import { expect } from 'chai';
import { mailsIn } from '../support/mails.ts';
import { openShop, type Shop } from '../support/shop.ts';
import { openStaffClient, type StaffClient } from '../support/staff-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

describe('whoever buys is told by mail', () => {
  let flow: Flow;
  let staff: StaffClient;
  before(async function () {
    flow = await sharedFlow(this);
    staff = await openStaffClient(flow.stack.url);
  });

  const someone = (): string => `mail-${Math.random().toString(36).slice(2)}@example.com`;
  const mailsTo = async (email: string) =>
    (await mailsIn(flow.mails)).filter(({ headers }) => headers.to?.includes(email));
  const subjectsTo = async (email: string) =>
    (await mailsTo(email)).map(({ headers }) => headers.subject?.replace(/VC-\d+/, 'N')).sort();
  const quiet = () =>
    waitFor(
      'no mail waits',
      async () => (await flow.books.query(`select 1 from outbox where name = 'mail.tell'`)).length === 0,
    );

  const buy = async (email: string) => {
    const variantId = await flow.books.stock({ stock: 5, price: 12_345 });
    return (await flow.shop.buy([{ variantId, quantity: 2 }], { email })).orderId ?? '';
  };

  it('of the order, each parcel and each refund, once', async () => {
    const email = someone();
    const id = await buy(email);
    await staff.done(id, 'transitions', { command: 'PROCESS' });
    await staff.done(id, 'shipments', {
      lines: [{ line: 1, quantity: 1 }],
      carrier: 'India Post',
      trackingNumber: 'EE1IN',
    });
    await staff.done(id, 'shipments');
    await staff.done(id, 'refunds', { lines: [{ line: 1, quantity: 1 }], reason: 'Goodwill' });
    await staff.until(id, 'the refund has ended', ({ refunds }) => refunds[0]?.state === 'succeeded');
    await quiet();
    expect(await subjectsTo(email)).to.deep.equal([
      'Refund for your order N',
      'Your order N',
      'Your order N is on its way',
      'Your order N is on its way',
    ]);
    const all = (await mailsTo(email)).map(({ text }) => text).join('\n');
    expect(all).to.include('India Post').and.to.include('EE1IN').and.to.include('2 × Kurta').and.to.include('123.45');
  });

  it('of the end of an order', async () => {
    const email = someone();
    await staff.done(await buy(email), 'transitions', { command: 'CANCEL', reason: 'Out of business' });
    const told = ['Refund for your order N', 'Your order N', 'Your order N was cancelled'];
    await waitFor('three mails', async () => (await mailsTo(email)).length >= told.length);
    await quiet();
    expect(await subjectsTo(email)).to.deep.equal(told);
  });

  const expired = async (shop: Shop, email: string): Promise<void> => {
    const variantId = await flow.books.stock({ stock: 5, price: 12_345 });
    const waiting = await shop.rested(await shop.checkout(await shop.cart([{ variantId, quantity: 1 }]), { email }));
    await flow.books.query(`update checkouts set expires_at = now() - interval '1 s' where id = $1`, [waiting.id]);
    await shop.reached(waiting, 'EXPIRED');
    await quiet();
  };

  it('of a checkout that was not paid, but only a customer at the verified address', async function () {
    this.timeout(30_000);
    const email = someone();
    const body = { email, password: 'correct horse battery', name: 'Asha Rao' };
    const answer = await flow.shop.ask<{ accessToken: string; customer: { id: string } }>('POST', '/account/register', {
      body,
    });
    const customer = openShop(flow.stack.url, answer.body.accessToken);
    await expired(customer, email);
    await flow.books.query(`update accounts set email_verified_at = now() where id = $1`, [answer.body.customer.id]);
    const [other, spelling] = [someone(), email.replace('mail-', 'Mail-')];
    await Promise.all([
      expired(flow.shop, email),
      expired(openShop(flow.stack.url, answer.body.accessToken), other),
      expired(customer, spelling),
    ]);
    expect(await subjectsTo(other)).to.deep.equal([]);
    expect(await subjectsTo(email)).to.deep.equal(['Confirm your e-mail address']);
    expect(await subjectsTo(spelling)).to.deep.equal(['Your goods are no longer reserved']);
  });
});
