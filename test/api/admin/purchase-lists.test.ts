import { expect } from 'chai';
import { newId, uuidv7Floor } from '../../../src/infra/ids.ts';
import { plantOrder } from '../../support/orders.ts';
import { openPeopleShop, type PeopleShop, type Refused } from '../people-shop.ts';

interface Found {
  data: Record<string, unknown>[];
  nextCursor: string | null;
}

describe('lists of checkouts, payments, refunds and returns', function () {
  this.timeout(30_000);
  let shop: PeopleShop;
  let token: string;
  before(async () => {
    shop = await openPeopleShop();
    token = (await shop.staff('support')).accessToken;
  });
  after(() => shop.close());

  const query = (sql: string, params: unknown[]) => shop.db.query(sql, params);
  const ask = (list: string, search: Record<string, string>) =>
    shop.ask<Found & Refused>('GET', `/admin/${list}?${new URLSearchParams(search)}`, { token });
  const ids = async (list: string, search: Record<string, string>) =>
    (await ask(list, search)).body.data.map(({ id }) => id);

  async function plantCheckout(facts: { state: string; reason?: string; email?: string; id?: string }) {
    const id = facts.id ?? newId();
    const emailIndex = facts.email === undefined ? null : shop.deps.vault.indexOf(facts.email);
    await query(
      `with cart as (insert into carts (id, currency, status, created_at, updated_at)
            values ($1, 'INR', 'checkout', now(), now()))
        insert into checkouts (id, order_id, cart_id, cart_version, place_of_supply, currency, total, state, reason, busy,
            steps, email_index, expires_at, created_at, updated_at)
          values ($1, $2, $1, 1, 'IN-KA', 'INR', 105000, $3, $4, $5, 1, $6, now(), now(), now())`,
      [id, newId(), facts.state, facts.reason ?? null, facts.state === 'CREATED', emailIndex],
    );
    return id;
  }

  async function plantPayment(checkoutId: string, facts: { status: string; declineCode?: string }) {
    const id = newId();
    const captured = facts.status === 'succeeded' ? 105_000 : 0;
    await query(
      `insert into payments (id, checkout_id, provider, intent_id, status, currency, amount, captured, refund_asked,
          client_secret, decline_code, created_at, updated_at)
        values ($1, $2, 'stripe', $6, $3, 'INR', 105000, $4, $4, 'a secret', $5, now(), now())`,
      [id, checkoutId, facts.status, captured, facts.declineCode ?? null, `pi_${id}`],
    );
    return id;
  }

  it('find checkouts by state, reason and the address of a guest, without the address', async () => {
    const email = 'guest@example.com';
    const created = await plantCheckout({ state: 'CREATED' });
    const failed = await plantCheckout({ state: 'FAILED', reason: 'PRICE_CHANGED', email });
    const expired = await plantCheckout({ state: 'EXPIRED', reason: 'CHECKOUT_EXPIRED', email });
    const { checkoutId: completed, orderId } = await plantOrder(shop.db.query);
    await plantPayment(failed, { status: 'canceled', declineCode: 'card_declined' });
    expect(await ids('checkouts', { state: 'CREATED' })).to.deep.equal([created]);
    expect(await ids('checkouts', { state: 'EXPIRED' })).to.deep.equal([expired]);
    expect(await ids('checkouts', { reason: 'PRICE_CHANGED' })).to.deep.equal([failed]);
    expect(await ids('checkouts', { email: 'GUEST@example.com' })).to.deep.equal([expired, failed]);
    expect(await ids('checkouts', { email, state: 'FAILED' })).to.deep.equal([failed]);
    expect(await ids('checkouts', { email: 'nobody@example.com' })).to.deep.equal([]);
    const { body, headers } = await ask('checkouts', {});
    expect(headers.get('cache-control')).to.equal('no-store');
    const [placed, ...rest] = body.data;
    expect(placed).to.include({ id: completed, orderId, state: 'COMPLETED', total: 105_000, paymentStatus: null });
    expect(placed?.orderNumber).to.match(/^VC-\d{6}$/);
    expect(rest.map(({ orderId: none }) => none)).to.deep.equal([null, null, null]);
    expect(rest[1]).to.include({ reason: 'PRICE_CHANGED', paymentStatus: 'canceled', declineCode: 'card_declined' });
    expect(JSON.stringify(body)).not.to.match(/guest@|email|address|secret/i);
  });

  it('show one checkout with every event that it received, also refused ones', async () => {
    const id = await plantCheckout({ state: 'FAILED', reason: 'PRICE_CHANGED' });
    await query(
      `insert into checkout_history (checkout_id, seq, from_state, to_state, event, accepted, cause, request_id, trace_id, at)
        values ($1, 1, null, 'CREATED', 'CREATED', true, 'request', 'r1', null, now()),
          ($1, 2, 'CREATED', 'FAILED', 'REFUSED', true, 'c1', 'r1', '4bf92f3577b34da6a3ce929d0e0e4736', now()),
          ($1, 3, 'FAILED', 'FAILED', 'EXPIRE', false, 'c2', 'r1', null, now())`,
      [id],
    );
    const { status, body } = await shop.ask<{ history: object[] }>('GET', `/admin/checkouts/${id}`, { token });
    expect([status, body]).to.have.nested.property('[1].reason', 'PRICE_CHANGED');
    expect(body.history).to.have.length(3);
    expect(body.history[0]).to.include({
      from: null,
      to: 'CREATED',
      isAccepted: true,
      cause: 'request',
      traceId: null,
    });
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect(body.history[1]).to.include({ from: 'CREATED', to: 'FAILED', event: 'REFUSED', requestId: 'r1', traceId });
    expect(body.history[2]).to.include({ event: 'EXPIRE', isAccepted: false });
    const unknown = await shop.ask<Refused>('GET', `/admin/checkouts/${newId()}`, { token });
    expect([unknown.status, unknown.body.error.code]).to.deep.equal([404, 'CHECKOUT_NOT_FOUND']);
    await query(`delete from checkouts where id = $1`, [id]);
  });

  it('find stuck checkouts, and payments that were declined and not paid since', async () => {
    const [busy, late, well] = [
      await plantCheckout({ state: 'CREATED' }),
      await plantCheckout({ state: 'PAYMENT_PENDING' }),
      await plantCheckout({ state: 'PAYMENT_PENDING' }),
    ];
    await query(`update checkouts set updated_at = now() - interval '3 minutes' where id = $1`, [busy]);
    await query(`update checkouts set expires_at = now() - interval '3 minutes' where id = $1`, [late]);
    expect(await ids('checkouts', { stuck: 'true' })).to.deep.equal([late, busy]);
    expect((await ask('checkouts', { stuck: 'false' })).status).to.equal(400);
    const declined = await plantPayment(busy, { status: 'requires_method', declineCode: 'card_declined' });
    await plantPayment(late, { status: 'succeeded', declineCode: 'card_declined' });
    await plantPayment(well, { status: 'requires_method' });
    const found = await ids('payments', { declined: 'true' });
    expect(found).to.include(declined).and.to.have.length(2);
    await query(`delete from payments where checkout_id = any($1)`, [[busy, late, well]]);
    await query(`delete from checkouts where id = any($1)`, [[busy, late, well]]);
  });

  it('find the checkouts of an account by its address and its id', async () => {
    const account = await shop.account({});
    const id = await plantCheckout({ state: 'LOCKED' });
    await query(`update checkouts set customer_id = $2 where id = $1`, [id, account.id]);
    expect(await ids('checkouts', { email: account.person(shop.deps.vault).email })).to.deep.equal([id]);
    expect(await ids('checkouts', { customerId: account.id })).to.deep.equal([id]);
    expect(await ids('checkouts', { customerId: account.id, state: 'CREATED' })).to.deep.equal([]);
  });

  it('begin and end with days of India', async () => {
    // Midnight in India is half past six in the evening before, in UTC.
    const at = (instant: string) => plantCheckout({ state: 'CREATED', id: uuidv7Floor(new Date(instant)) });
    const instants = ['2001-05-03T18:29:59Z', '2001-05-03T18:30:00Z', '2001-05-04T18:29:59Z', '2001-05-04T18:30:00Z'];
    const [eve, first, last, next] = await Promise.all(instants.map(at));
    expect(await ids('checkouts', { from: '2001-05-04', to: '2001-05-04' })).to.deep.equal([last, first]);
    expect(await ids('checkouts', { to: '2001-05-03' })).to.deep.equal([eve]);
    expect(await ids('checkouts', { from: '2001-05-05', to: '2001-05-05' })).to.deep.equal([next]);
    const wrongs: Record<string, string>[] = [{ from: '2001-02-30' }, { from: '2001-05-05', to: '2001-05-04' }];
    for (const wrong of wrongs) {
      const refusal = await ask('checkouts', wrong);
      expect([refusal.status, refusal.body.error.code]).to.deep.equal([400, 'VALIDATION_FAILED']);
    }
  });

  it('find payments by status and by the id at the provider, without their secret', async () => {
    const { checkoutId, orderId } = await plantOrder(shop.db.query);
    const paid = await plantPayment(checkoutId, { status: 'succeeded' });
    const waiting = await plantPayment(await plantCheckout({ state: 'CREATED' }), { status: 'requires_method' });
    expect(await ids('payments', { status: 'requires_method' })).to.deep.equal([waiting]);
    const { body } = await ask('payments', { intentId: `pi_${paid}` });
    expect(body.data).to.have.length(1);
    expect(body.data[0]).to.include({ id: paid, checkoutId, orderId, status: 'succeeded', captured: 105_000 });
    expect(JSON.stringify(body)).not.to.include('secret');
  });

  it('find refunds and returns across orders', async () => {
    const { checkoutId, orderId } = await plantOrder(shop.db.query);
    const paymentId = await plantPayment(checkoutId, { status: 'succeeded' });
    const pending = newId();
    await query(
      `insert into refunds (id, order_id, payment_id, amount, cause, state, created_at)
        values ($1, $2, $3, 100, 'cancellation', 'pending', now())`,
      [pending, orderId, paymentId],
    );
    expect(await ids('refunds', { state: 'pending', cause: 'cancellation' })).to.deep.equal([pending]);
    expect(await ids('refunds', { state: 'failed' })).to.deep.equal([]);
    const [found] = (await ask('refunds', {})).body.data;
    expect(found).to.include({ id: pending, orderId, checkoutId, paymentId, amount: 100, currency: 'INR' });
    const returned = newId();
    await query(
      `with parent as (insert into returns (id, order_id, state, reason, requested_by, created_at)
            values ($1, $2, 'requested', 'damaged', 'customer', now()))
        insert into return_lines (return_id, order_id, line, quantity) values ($1, $2, 1, 2)`,
      [returned, orderId],
    );
    expect(await ids('returns', { state: 'approved' })).to.deep.equal([]);
    const [one] = (await ask('returns', { state: 'requested' })).body.data;
    expect(one).to.include({ id: returned, orderId, reason: 'damaged', units: 2, refundId: null });
    expect(one?.orderNumber).to.match(/^VC-\d{6}$/);
  });

  it('have pages, whose cursors belong to their filters', async () => {
    const email = 'pages@example.com';
    const [c, b, a] = [
      await plantCheckout({ state: 'CREATED', email }),
      await plantCheckout({ state: 'CREATED', email }),
      await plantCheckout({ state: 'CREATED', email }),
    ];
    const first = (await ask('checkouts', { email, limit: '2' })).body;
    expect(first.data.map(({ id }) => id)).to.deep.equal([a, b]);
    const cursor = first.nextCursor ?? '';
    const rest = (await ask('checkouts', { email, limit: '2', cursor })).body;
    expect([rest.data.map(({ id }) => id), rest.nextCursor]).to.deep.equal([[c], null]);
    for (const list of ['checkouts', 'payments', 'refunds', 'returns'])
      expect((await ask(list, { cursor })).body.error.code, list).to.equal('CURSOR_INVALID');
  });
});
