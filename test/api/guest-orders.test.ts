import { expect } from 'chai';
import { openVault, sealColumn, type Vault } from '../../src/entities/account/privacy/vault.ts';
import { isOrderToken, orderToken } from '../../src/entities/order/guest-link.ts';
import { tokenFor } from '../../src/infra/crypto/tokens.ts';
import { newId } from '../../src/infra/ids.ts';
import { plantOrder } from '../support/orders.ts';
import { DATA_KEYS, openPeopleShop, type PeopleShop, type Refused, type Request, SECRET } from './people-shop.ts';

const DAY_MS = 86_400_000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);
const OTHER_KEY = `two:${Buffer.alloc(32, '2').toString('base64')}`;

describe('the token of a link to an order', () => {
  const vault = openVault({ dataKeys: DATA_KEYS, secret: SECRET });
  const orderId = newId();
  const now = new Date();
  const token = orderToken(vault, { orderId, linksRevoked: 0 }, inDays(1));
  const opens = (by: Pick<Vault, 'ring'>, given: string, id = orderId, at = now) =>
    isOrderToken(by, { orderId: id, linksRevoked: 0 }, { token: given, now: at });

  it('opens its order until it expires, and no other', () => {
    expect(opens(vault, token)).to.equal(true);
    expect(opens(vault, token, newId())).to.equal(false);
    expect(opens(vault, token, orderId, inDays(2))).to.equal(false);
  });

  it('is worth nothing when a character is another, or the expiry is moved', () => {
    const changes = [...token].map(
      (sign, at) => `${token.slice(0, at)}${sign === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`,
    );
    const [version, seconds, ...signature] = token.split('.');
    const later = [version, String(Number(seconds) + 1), ...signature].join('.');
    const wrong = [...changes, later, `${token}A`, token.slice(0, -1), `${token}=`, '', 'v1', '🙂'.repeat(40)];
    expect(wrong.filter((one) => opens(vault, one))).to.deep.equal([]);
  });

  it('is signed for this purpose only, by a key of its own', () => {
    const [, seconds = ''] = token.split('.');
    const text = `${orderId} 0 ${seconds}`;
    expect(opens(vault, `v1.${seconds}.one.${tokenFor(SECRET, text)}`)).to.equal(false);
    expect(opens(vault, `v1.${seconds}.${vault.ring.sign(text, 'another purpose')}`)).to.equal(false);
  });

  it('ends with the key that signed it, not with a newer one in front', () => {
    const turned = openVault({ dataKeys: `${OTHER_KEY},${DATA_KEYS}`, secret: SECRET });
    const without = openVault({ dataKeys: OTHER_KEY, secret: SECRET });
    expect([opens(turned, token), opens(without, token)]).to.deep.equal([true, false]);
    const newer = orderToken(turned, { orderId, linksRevoked: 0 }, inDays(1));
    expect([opens(turned, newer), opens(without, newer), opens(vault, newer)]).to.deep.equal([true, true, false]);
  });
});

describe('an order without an account', () => {
  let shop: PeopleShop;
  let order: { checkoutId: string; orderId: string };
  let token: string;
  before(async () => {
    shop = await openPeopleShop();
  });
  after(() => shop.close());
  beforeEach(async () => {
    order = await guestOrder();
    token = tokenOf(order.orderId, 180);
  });

  async function guestOrder() {
    const planted = await plantOrder(shop.db.query);
    const email = sealColumn(shop.deps.vault, 'guest@example.com', `checkouts.email:${planted.checkoutId}`);
    await shop.db.query(`update checkouts set email = $2 where id = $1`, [planted.checkoutId, email]);
    return planted;
  }

  const tokenOf = (orderId: string, days: number, linksRevoked = 0): string =>
    orderToken(shop.deps.vault, { orderId, linksRevoked }, inDays(days));

  const ask = (path: string, request: Request & { method?: string } = {}) =>
    shop.ask<Refused & { id: string }>(request.method ?? 'GET', `/store/orders/${path}`, request);
  const answer = async (path: string, request?: Request) => {
    const { status, body } = await ask(path, request);
    return [status, status < 400 ? body.id : body.error.code];
  };
  const NOT_FOUND = [404, 'ORDER_NOT_FOUND'];

  it('is read with the token of the link, or with that of the cart', async () => {
    const { orderId, checkoutId } = order;
    const cartToken = tokenFor(SECRET, checkoutId);
    expect(await answer(`${orderId}?token=${token}`)).to.deep.equal([200, orderId]);
    expect(await answer(`${orderId.toUpperCase()}?token=${token}`)).to.deep.equal([200, orderId]);
    expect(await answer(orderId, { cartToken })).to.deep.equal([200, orderId]);
    expect(await answer(`${orderId}?token=wrong`, { cartToken })).to.deep.equal([200, orderId]);
    for (const path of ['shipments', 'credit-notes'])
      expect((await ask(`${orderId}/${path}?token=${token}`)).body).to.deep.equal({ data: [], nextCursor: null });
    expect(await answer(`${orderId}/invoice?token=${token}`)).to.deep.equal([409, 'DOCUMENT_NOT_ISSUED']);
  });

  it('is not found with any other token, nor by somebody who is signed in', async () => {
    const other = await guestOrder();
    const vault = openVault({ dataKeys: OTHER_KEY, secret: SECRET });
    const tokens = [
      tokenOf(other.orderId, 1),
      tokenOf(order.orderId, -1),
      orderToken(vault, { orderId: order.orderId, linksRevoked: 0 }, inDays(1)),
      `${token}x`,
      tokenFor(SECRET, order.checkoutId),
    ];
    for (const path of ['', '/invoice', '/shipments', '/credit-notes', `/commands/${newId()}`])
      for (const wrong of tokens)
        expect(await answer(`${order.orderId}${path}?token=${wrong}`), path + wrong).to.deep.equal(NOT_FOUND);
    const { accessToken } = await shop.register();
    expect(await answer(order.orderId, { token: accessToken })).to.deep.equal(NOT_FOUND);
    expect(await answer(`${newId()}?token=${token}`)).to.deep.equal(NOT_FOUND);
    expect(await answer(order.orderId, { cartToken: tokenFor(SECRET, other.checkoutId) })).to.deep.equal(NOT_FOUND);
    expect(await answer(order.orderId)).to.deep.equal([401, 'ORDER_TOKEN_REQUIRED']);
  });

  it('is read by neither token when it is a customer’s, or the guest was erased', async () => {
    const cartToken = tokenFor(SECRET, order.checkoutId);
    const both = async () => [
      (await ask(`${order.orderId}?token=${token}`)).status,
      (await ask(order.orderId, { cartToken })).status,
    ];
    const { id } = await shop.account({});
    // As it is when the order has joined an account.
    await shop.db.query(`update orders set customer_id = $2 where id = $1`, [order.orderId, id]);
    expect(await both()).to.deep.equal([200, 200]);
    await shop.db.query(`update checkouts set customer_id = $2 where id = $1`, [order.checkoutId, id]);
    expect(await both()).to.deep.equal([404, 404]);
    await shop.db.query(`update checkouts set customer_id = null, email = null where id = $1`, [order.checkoutId]);
    expect(await both()).to.deep.equal([404, 404]);
  });

  it('does not tell by its history whether an account has verified its address', async () => {
    const { orderId, checkoutId } = order;
    const { accessToken, customer } = await shop.register();
    await shop.db.query(
      `insert into order_history (order_id, seq, from_state, to_state, event, actor, at)
        select $1, seq, 'CONFIRMED', 'CONFIRMED', event, 'checkout', now()
          from (values (1, 'PLACED'), (2, 'PAID'), (3, 'CLAIMED')) as s (seq, event)`,
      [orderId],
    );
    await shop.db.query(`update orders set customer_id = $2 where id = $1`, [orderId, customer.id]);
    const events = async (path: string, request?: Request) => {
      const { body } = await shop.ask<{ history: { event: string }[] }>('GET', `/store/${path}`, request);
      return body.history.map(({ event }) => event);
    };
    for (const [path, request] of [
      [`orders/${orderId}?token=${token}`, {}],
      [`orders/${orderId}`, { cartToken: tokenFor(SECRET, checkoutId) }],
    ] as const)
      expect(await events(path, request)).to.deep.equal(['PLACED', 'PAID']);
    const own = await events(`account/orders/${orderId}`, { token: accessToken });
    expect(own).to.deep.equal(['PLACED', 'PAID', 'CLAIMED']);
  });

  it('is asked to come back: the history will name a guest', async () => {
    const path = `${order.orderId}/returns?token=${token}`;
    const body = { lines: [{ line: 1, quantity: 1 }], reason: 'damaged' };
    const headers = { 'idempotency-key': newId() };
    const first = await ask(path, { method: 'POST', body, headers });
    expect(first.status).to.equal(202);
    expect(first.headers.get('location')).to.equal(`/api/v1/store/orders/${order.orderId}/commands/${first.body.id}`);
    expect((await ask(path, { method: 'POST', body, headers })).body.id).to.equal(first.body.id);
    const commands = await shop.db.query(`select actor from order_commands where order_id = $1`, [order.orderId]);
    expect(commands).to.deep.equal([{ actor: 'guest' }]);
    expect(await answer(`${order.orderId}/commands/${first.body.id}?token=${token}`)).to.deep.equal([
      200,
      first.body.id,
    ]);
    const stranger = await ask(`${order.orderId}/returns?token=${token}x`, { method: 'POST', body, headers });
    expect(stranger.status).to.equal(404);
  });

  it('is not found by links that staff revoked, but by later ones, and with the token of the cart', async () => {
    const { orderId, checkoutId } = order;
    const manager = await shop.staff('order-manager');
    const revoked = await shop.ask('POST', `/admin/orders/${orderId}/revoke-links`, { token: manager.accessToken });
    expect(revoked.status).to.equal(204);
    expect(await answer(`${orderId}?token=${token}`)).to.deep.equal(NOT_FOUND);
    expect(await answer(`${orderId}?token=${tokenOf(orderId, 1, 1)}`)).to.deep.equal([200, orderId]);
    expect(await answer(orderId, { cartToken: tokenFor(SECRET, checkoutId) })).to.deep.equal([200, orderId]);
    const audit = await shop.db.query(`select action, actor_id from audit_log where target_id = $1`, [orderId]);
    expect(audit).to.deep.equal([{ action: 'order.revoke-links', actor_id: manager.accountId }]);
  });

  it('is kept by no cache and named to no other page', async () => {
    for (const path of [`${order.orderId}?token=${token}`, `${order.orderId}?token=x`, order.orderId]) {
      const { headers } = await ask(path);
      expect(headers.get('cache-control')).to.equal('no-store');
    }
    expect(await shop.db.query(`select 1 from audit_log where target_id = $1`, [order.orderId])).to.deep.equal([]);
  });
});
