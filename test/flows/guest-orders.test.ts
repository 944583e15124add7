import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { mailsIn, tokenIn } from '../support/mails.ts';
import { readPdf } from '../support/pdf.ts';
import { planted } from '../support/secrets.ts';
import { type Failed, openShop, type Shop } from '../support/shop.ts';
import { openStaffClient, type StaffClient, type Told } from '../support/staff-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

const PASSWORD = 'correct horse battery';
const LINK = /https?:\/\/\S+\/orders\/([0-9a-f-]{36})\?token=(\S+)/;

interface Order {
  id: string;
  shipments: { id: string }[];
  allowed: string[];
}

describe('who buys without an account', function () {
  this.timeout(60_000);
  let flow: Flow;
  let staff: StaffClient;
  let variantId: string;
  before(async function () {
    flow = await sharedFlow(this);
    staff = await openStaffClient(flow.stack.url);
    variantId = await flow.books.stock({ stock: 500, price: 33_333 });
  });

  const someone = (): string => `guest-${randomUUID()}@example.com`;
  const buy = async (email: string, quantity = 1) => {
    const { orderId = '', cartToken } = await flow.shop.buy([{ variantId, quantity }], { email });
    return { orderId, cartToken };
  };

  const mailTo = (email: string, what: RegExp) =>
    waitFor(`a mail to ${email}`, async () => {
      const all = await mailsIn(flow.mails);
      return all.findLast(
        ({ headers, text }) => headers.to?.toLowerCase().includes(email.toLowerCase()) && what.test(text),
      );
    });

  /** Below the orders of the API, as the page of a shop front reads them that the link leads to. */
  async function linked(email: string): Promise<{ path: string; token: string }> {
    const [, id = '', token = ''] = LINK.exec((await mailTo(email, LINK)).text) ?? [];
    planted.plantToken('order link', token);
    return { path: `/orders/${id}`, token };
  }

  const get = <T>(path: string, token: string) => flow.shop.ask<T & Failed>('GET', `${path}?token=${token}`);

  async function send(orderId: string): Promise<void> {
    await staff.done(orderId, 'transitions', { command: 'PROCESS' });
    const { shipments } = await staff.done(orderId, 'shipments');
    await staff.done(orderId, `shipments/${shipments[0]?.id}/delivery`);
  }

  it('follows the link of the mail to the order, its invoice and its shipments, and sends goods back', async () => {
    const email = someone();
    const { orderId } = await buy(email, 2);
    const { path, token } = await linked(email);
    expect(path).to.equal(`/orders/${orderId}`);
    expect((await mailTo(email, LINK)).text)
      .to.include('invoice')
      .and.not.to.include('/account/');
    const { status, headers, body } = await get<Order>(path, token);
    expect([status, body.id, body.allowed]).to.deep.equal([200, orderId, ['CANCEL_BY_CUSTOMER']]);
    expect([headers.get('cache-control'), headers.get('referrer-policy')]).to.deep.equal(['no-store', 'no-referrer']);
    // A token names the second until which it works.
    const read = Date.now();
    await waitFor('another second', async () => Date.now() > read + 1000);
    await send(orderId);
    const { body: shipped } = await get<{ data: object[] }>(`${path}/shipments`, token);
    expect(shipped.data).to.have.length(1);
    await waitFor('a later mail with a link of its own', async () => (await linked(email)).token !== token);

    const url = `${flow.stack.url}/api/v1/store${path}/invoice?token=${token}`;
    const invoice = await waitFor('the invoice', async () => {
      const answer = await fetch(url, { headers: { accept: 'application/pdf' } });
      return answer.status === 200 && answer;
    });
    const [page] = await readPdf(new Uint8Array(await invoice.arrayBuffer()));
    expect(page?.text).to.include('VC/');
    expect(invoice.headers.get('cache-control')).to.equal('no-store');

    const asked = await flow.shop.ask<Told>('POST', `${path}/returns?token=${token}`, {
      body: { lines: [{ line: 1, quantity: 1 }], reason: 'damaged' },
      headers: { prefer: 'wait=20', 'idempotency-key': randomUUID() },
    });
    expect([asked.status, asked.body.state]).to.deep.equal([200, 'done']);
    const { history, returns } = await staff.order(orderId);
    expect(history.at(-1)).to.include({ event: 'REQUEST_RETURN', actor: 'guest' });
    const withdrawal = `${path}/returns/${returns[0]?.id}/withdraw?token=${token}`;
    const kept = await flow.shop.ask<Told>('POST', withdrawal, { body: {}, headers: { prefer: 'wait=20' } });
    expect([kept.status, kept.body.state]).to.deep.equal([200, 'done']);
  });

  it('has the page of the checkout show the order by the token of the cart', async () => {
    const { orderId, cartToken } = await buy(someone());
    const answer = await flow.shop.ask<Order>('GET', `/orders/${orderId}`, { token: cartToken });
    expect([answer.status, answer.body.id]).to.deep.equal([200, orderId]);
    const { orderId: other } = await buy(someone());
    const wrong = await flow.shop.ask<Failed>('GET', `/orders/${other}`, { token: cartToken });
    expect([wrong.status, wrong.body.error.code]).to.deep.equal([404, 'ORDER_NOT_FOUND']);
  });

  interface Member {
    id: string;
    shop: Shop;
  }

  async function register(email: string): Promise<Member> {
    const body = { email, password: PASSWORD, name: 'Asha Rao' };
    const answer = await flow.shop.ask<{ accessToken: string; customer: { id: string } }>('POST', '/account/register', {
      body,
    });
    expect(answer.status).to.equal(201);
    return { id: answer.body.customer.id, shop: openShop(flow.stack.url, answer.body.accessToken) };
  }

  async function verify(email: string, { shop }: Pick<Member, 'shop'>): Promise<void> {
    const token = tokenIn(await mailTo(email, /\/account\/verify\?token=/));
    const answer = await shop.ask('POST', '/account/email/verify', { body: { token } });
    expect(answer.status).to.equal(204);
  }

  const ordersOf = async ({ shop }: Member): Promise<string[]> =>
    (await shop.ask<{ data: Order[] }>('GET', '/account/orders')).body.data.map(({ id }) => id);
  const joined = (member: Member, ids: string[]) =>
    waitFor('the orders have joined the account', async () => {
      const found = await ordersOf(member);
      return ids.every((id) => found.includes(id)) && found;
    });
  const claims = () =>
    waitFor('no claim waits', async () => {
      return (await flow.books.query(`select 1 from outbox where name = 'orders.claim'`)).length === 0;
    });

  it('finds the orders in the account that later proves the address, and nobody else does', async () => {
    const email = someone();
    const { orderId, cartToken } = await buy(email);
    const { orderId: other } = await buy(someone());
    const member = await register(email.toUpperCase());
    await claims();
    expect(await ordersOf(member), 'the address is not proved').to.deep.equal([]);
    expect((await member.shop.ask('GET', `/account/orders/${orderId}`)).status).to.equal(404);
    await verify(email.toUpperCase(), member);
    expect(await joined(member, [orderId])).to.deep.equal([orderId]);
    expect((await staff.order(orderId)).history.at(-1)).to.deep.include({
      event: 'CLAIMED',
      actor: `customer:${member.id}`,
    });
    expect((await staff.order(other)).customerId).to.equal(null);
    expect((await flow.shop.ask('GET', `/orders/${orderId}`, { token: cartToken })).status).to.equal(200);
    const { path, token } = await linked(email);
    expect((await get(path, token)).status, 'the link goes on working').to.equal(200);

    await send(orderId);
    const review = { variantId, rating: 5, title: 'Soft', body: 'It fits well and the cloth is soft.' };
    const [{ productId }] = (await flow.books.query(`select product_id as "productId" from variants where id = $1`, [
      variantId,
    ])) as [{ productId: string }];
    expect((await member.shop.ask('POST', `/products/${productId}/reviews`, { body: review })).status).to.equal(202);

    const file = await member.shop.ask<{ orders: Order[] }>('GET', '/account/export');
    expect(file.body.orders.map(({ id }) => id)).to.deep.equal([orderId]);
    expect((await member.shop.ask('POST', '/account/erasure', { body: { password: PASSWORD } })).status).to.equal(204);
    expect((await get(path, token)).status, 'nobody is left who could read it').to.equal(404);
    const left = await flow.books.query(`select 1 from checkouts where order_id = $1 and email is not null`, [orderId]);
    expect(left).to.deep.equal([]);
  });

  it('finds no order in an account that somebody else opened, but when the password was chosen with a mail', async () => {
    const email = someone();
    const { orderId } = await buy(email);
    const member = await register(email);
    await verify(email, flow);
    await claims();
    const { orderId: later } = await buy(email);
    expect(await ordersOf(member), 'the reader of the mail need not have the account').to.deep.equal([]);

    const asked = await flow.shop.ask('POST', '/account/password/forgotten', { body: { email } });
    expect(asked.status).to.equal(202);
    const token = tokenIn(await mailTo(email, /A new password was requested/));
    const newPassword = `another ${PASSWORD}`;
    const reset = await flow.shop.ask('POST', '/account/password/reset', { body: { token, newPassword } });
    expect(reset.status).to.equal(204);
    await waitFor('the session of the stranger has ended', async () => {
      return (await member.shop.ask('GET', '/account/orders')).status === 401;
    });
    const body = { email, password: newPassword };
    const { body: session } = await flow.shop.ask<{ accessToken: string }>('POST', '/account/login', { body });
    const owner = { id: member.id, shop: openShop(flow.stack.url, session.accessToken) };
    expect(await joined(owner, [orderId, later])).to.have.length(2);
  });

  it('has later orders in the account at once, and the token of the cart still works', async () => {
    const email = someone();
    const member = await register(email);
    await verify(email, member);
    await claims();
    const { orderId, cartToken } = await buy(email);
    expect(await ordersOf(member)).to.deep.equal([orderId]);
    expect((await flow.shop.ask('GET', `/orders/${orderId}`, { token: cartToken })).status).to.equal(200);
    expect((await linked(email)).path).to.equal(`/orders/${orderId}`);
    const { history } = await staff.order(orderId);
    expect(history.map(({ event }) => event)).to.deep.equal(['PLACED', 'PAID', 'CLAIMED']);
    const replay = await staff.ask<{ isIdentical: boolean }>('GET', `/../admin/orders/${orderId}/replay`);
    expect(replay.body.isIdentical).to.equal(true);

    const body = { email: someone(), currentPassword: PASSWORD };
    expect((await member.shop.ask('PATCH', '/account', { body })).status).to.equal(200);
    expect(await ordersOf(member), 'another address takes no order away').to.deep.equal([orderId]);
  });

  it('finds every order that was placed while the address was being proved', async () => {
    const email = someone();
    const member = await register(email);
    const bought = Promise.all(Array.from({ length: 8 }, () => buy(email)));
    await Promise.all([bought, verify(email, member)]);
    const ids = (await bought).map(({ orderId }) => orderId);
    expect(await joined(member, ids)).to.have.length(8);
  });

  it('finds the orders from before addresses were indexed, too, but none of another address', async () => {
    const email = someone();
    const [old, redeemed, strange] = [await buy(email), await buy(email), await buy(someone())];
    const member = await register(email);
    const set = (values: string, orderId: string) =>
      flow.books.query(`update checkouts set ${values} where order_id = $1`, [orderId]);
    await set(`redeemer = 'email:' || email_index, email_index = null`, old.orderId);
    await set(`redeemer = 'customer:${member.id}', email_index = null`, redeemed.orderId);
    await set(`redeemer = 'customer:${member.id}', email_index = null`, strange.orderId);
    await verify(email, member);
    expect(await joined(member, [old.orderId, redeemed.orderId])).to.have.length(2);
    await set(`redeemer = null`, strange.orderId);
  });
});
