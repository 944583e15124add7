import { expect } from 'chai';
import { MIGRATIONS } from '../../src/entities/schema.ts';
import { newId } from '../../src/infra/ids.ts';
import { plantOrder } from '../support/orders.ts';
import { type Browser, openBrowserless } from './browserless.ts';
import { openPeopleShop, PASSWORD, type PeopleShop } from './people-shop.ts';

describe('the operators’ pages of orders', function () {
  this.timeout(30_000);
  let shop: PeopleShop;
  before(async () => {
    shop = await openPeopleShop();
  });
  after(() => shop.close());

  const signedIn = async (role: string): Promise<Browser & { id: string }> => {
    const [row] = await shop.db.query<{ id: string }>(`select id from roles where name = $1`, [role]);
    const account = await shop.account({ kind: 'staff', roleId: row?.id ?? '' });
    const { email } = account.person(shop.deps.vault);
    const browser = openBrowserless(shop.url);
    expect((await browser.submit('/ops/sign-in', { email, password: PASSWORD })).status).to.equal(303);
    return { ...browser, id: account.id };
  };
  const keyOf = (text: string, command: string) =>
    new RegExp(`name="key" value="([^"]+)"><input type="hidden" name="action" value="${command}"`).exec(text)?.[1] ??
    '';
  const commandsOf = (orderId: string) =>
    shop.db.query(`select kind, work, reason, actor, state from order_commands where order_id = $1`, [orderId]);

  it('find an order by the address of a guest and by its state, and show it', async () => {
    const { checkoutId, orderId } = await plantOrder(shop.db.query);
    const email = 'guest-of-ops@example.com';
    await shop.db.query(`update checkouts set email_index = $2 where id = $1`, [
      checkoutId,
      shop.deps.vault.indexOf(email),
    ]);
    const support = await signedIn('support');
    const found = await support.open(`/ops/orders?${new URLSearchParams({ email, state: 'CONFIRMED', number: '' })}`);
    expect(found.text).to.include(`href="/ops/orders/${orderId}"`);
    expect((await support.open('/ops/orders?state=SHIPPED')).text).to.include('Nothing found.');
    const wrong = await support.open('/ops/orders?number=12');
    expect(wrong.status).to.equal(400);
    expect(wrong.text).to.match(/role="alert"[^>]*>The request is invalid\. number: must be an order number/);
    const { status, text, headers } = await support.open(`/ops/orders/${orderId}`);
    expect([status, headers.get('cache-control')]).to.deep.equal([200, 'no-store']);
    expect(text)
      .to.match(/<h1>Order VC-\d{6}<\/h1>/)
      .and.include('₹1,050.00')
      .and.include('KURTA-1');
    expect(text, 'support may only read').not.to.include('<details>');
    expect(text).not.to.match(/<script|style=/);
  });

  it('show in the history of an order which traces are recorded', async () => {
    const { orderId } = await plantOrder(shop.db.query);
    const support = await signedIn('support');
    const take = (seq: number, traceId: string | null) =>
      shop.db.query(
        `insert into order_history (order_id, seq, to_state, event, actor, trace_id, at)
          values ($1, $2, 'CONFIRMED', 'PAID', 'checkout', $3, now())`,
        [orderId, seq, traceId],
      );
    const page = async () => (await support.open(`/ops/orders/${orderId}`)).text;
    await take(1, null);
    expect(await page(), 'none').not.to.include('>Trace<');
    await take(2, '4bf92f3577b34da6a3ce929d0e0e4736');
    expect(await page())
      .to.include('<th scope="col">Trace</th>')
      .and.include('<td><code>4bf92f3577b34da6a3ce929d0e0e4736</code></td>')
      .and.include('<td>–</td>');
  });

  it('say in HTML what does not exist and what a role may not see', async () => {
    const support = await signedIn('support');
    for (const [path, status] of [
      [`/ops/orders/${newId()}`, 404],
      ['/ops/orders/1', 400],
      ['/ops/system', 403],
    ] as const) {
      const page = await support.open(path);
      expect([path, page.status]).to.deep.equal([path, status]);
      expect(page.text).to.include('role="alert"');
    }
    const analyst = await signedIn('analyst');
    expect((await analyst.open('/ops/orders')).status).to.equal(403);
    const nobody = openBrowserless(shop.url);
    expect((await nobody.open('/ops/orders')).to).to.equal('/ops/sign-in');
  });

  it('send the commands of the API once, with who sent them in the audit log', async () => {
    const { orderId } = await plantOrder(shop.db.query);
    const path = `/ops/orders/${orderId}`;
    const manager = await signedIn('order-manager');
    const { text } = await manager.open(path);
    const fields = { action: 'CANCEL', key: keyOf(text, 'CANCEL'), reason: 'asked by telephone' };
    const [first, second] = await Promise.all([manager.submit(path, fields), manager.submit(path, fields)]);
    expect([first.to, second.to]).to.deep.equal([`${path}?done=accepted`, `${path}?done=accepted`]);
    const actor = `staff:${manager.id}`;
    const reason = 'asked by telephone';
    expect(await commandsOf(orderId)).to.deep.equal([{ kind: 'CANCEL', work: {}, reason, actor, state: 'pending' }]);
    const audited = await shop.db.query(`select action, actor_id as actor from audit_log where target_id = $1`, [
      orderId,
    ]);
    expect(audited).to.deep.equal([{ action: 'order.cancel', actor: manager.id }]);
    expect((await manager.open(`${path}?done=accepted`)).text).to.include('waits for a worker');
  });

  it('refuse what the API refuses, and forms without a proof or a permission', async () => {
    const { orderId } = await plantOrder(shop.db.query);
    const path = `/ops/orders/${orderId}`;
    const manager = await signedIn('order-manager');
    const key = 'a-key-of-the-test';
    const refused = await manager.submit(path, { action: 'CANCEL', key, reason: '' });
    expect([refused.status, /role="alert"[^>]*>[^<]*reason: /.test(refused.text)]).to.deep.equal([400, true]);
    expect((await manager.submit(path, { action: 'constructor', key })).status).to.equal(400);
    for (const command of ['REFUND', 'RECORD_REFUND']) {
      for (const amount of ['12.345', '1,000', '₹5', '-1', '0', '0.00']) {
        const { status, text } = await manager.submit(path, { action: command, amount, key, reason: 'x' });
        expect(status, amount).to.equal(400);
        expect(text, amount).to.include(
          '>The request is invalid. Amount: must be an amount in rupees like 1250 or 1250.50.<',
        );
      }
    }
    for (const units of ['abc', '1.5', '-1']) {
      const { status, text } = await manager.submit(path, {
        action: 'CANCEL_UNITS',
        'units-1': units,
        key,
        reason: 'x',
      });
      expect(status, units).to.equal(400);
      expect(text, units).to.include('>The request is invalid. Units of line 1: must be a whole number like 2.<');
    }
    expect((await manager.submit(path, { action: 'PROCESS', key, proof: 'x' })).status).to.equal(403);
    const support = await signedIn('support');
    expect((await support.submit(path, { action: 'PROCESS', key })).status).to.equal(403);
    expect(await commandsOf(orderId)).to.deep.equal([]);
  });

  it('show what a checkout went through, and replay it and its order', async () => {
    const { checkoutId, orderId } = await plantOrder(shop.db.query);
    const support = await signedIn('support');
    const page = async (path: string) => (await support.open(path)).text;
    expect(await page('/ops/checkouts')).to.include(`href="/ops/checkouts/${checkoutId}"`);
    const order = await page(`/ops/orders/${orderId}`);
    expect(order).to.include(`"/ops/checkouts/${checkoutId}"`).and.include(`"/ops/orders/${orderId}/replay"`);
    expect(await page(`/ops/checkouts/${checkoutId}`)).to.include('The history is archived.');
    expect(await page(`/ops/orders/${orderId}/replay`)).to.include('nothing was replayed');
    await shop.db.query(
      `insert into checkout_history (checkout_id, seq, from_state, to_state, event, accepted, cause, at)
        values ($1, 1, null, 'CREATED', 'CREATED', true, 'request', now()),
          ($1, 2, 'CREATED', 'CANCELLED', 'CANCEL', true, 'c1', now()),
          ($1, 3, 'CANCELLED', 'CANCELLED', 'EXPIRE', false, 'c2', now())`,
      [checkoutId],
    );
    expect(await page(`/ops/checkouts/${checkoutId}`))
      .to.include(`href="/ops/orders/${orderId}"`)
      .and.include(`href="/ops/checkouts/${checkoutId}/replay"`)
      .and.match(/EXPIRE<\/span> refused[\s\S]*CANCEL<\/span><[\s\S]*request/);
    const same = await page(`/ops/checkouts/${checkoutId}/replay`);
    expect(same).to.include('<p role="status" class="note">Identical').and.include('CANCELLED, refused');
    await shop.db.query(`update checkout_history set to_state = 'LOCKED' where checkout_id = $1 and seq = 2`, [
      checkoutId,
    ]);
    const other = await page(`/ops/checkouts/${checkoutId}/replay`);
    expect(other)
      .to.include('role="alert"')
      .and.match(/<td>LOCKED<\/td><td>CANCELLED<\/td>/);
    expect((await support.open(`/ops/checkouts/${orderId}`)).status).to.equal(404);
    expect((await support.open(`/ops/checkouts/${orderId}/replay`)).status).to.equal(404);
  });

  it('keep a filter that is empty when they go on to the next page', async () => {
    const { orderId } = await plantOrder(shop.db.query);
    await shop.db.query(
      `insert into returns (id, order_id, state, reason, requested_by, created_at)
        select gen_random_uuid(), $1, 'rejected', 'damaged', 'customer', now() from generate_series(1, 30)`,
      [orderId],
    );
    const manager = await signedIn('order-manager');
    const { text } = await manager.open('/ops/returns?state=');
    const [, next = ''] = /href="(\/ops\/returns\?[^"]+)">Next page/.exec(text) ?? [];
    const second = (await manager.open(next.replaceAll('&amp;', '&'))).text;
    expect(second).to.include(`href="/ops/orders/${orderId}"`).and.not.include('role="alert"');
    await shop.db.query(`delete from returns where order_id = $1`, [orderId]);
  });

  it('list checkouts and payments, and show what runs', async () => {
    const { orderId } = await plantOrder(shop.db.query);
    const manager = await signedIn('order-manager');
    const completed = (await manager.open('/ops/checkouts?state=COMPLETED')).text;
    expect(completed).to.include(`href="/ops/orders/${orderId}"`).and.to.include('<option value="true">yes</option>');
    for (const empty of ['payments', 'refunds', 'returns'])
      expect((await manager.open(`/ops/${empty}`)).text, empty).to.include('Nothing found.');
    const system = await manager.open('/ops/system');
    expect(system.text)
      .to.include(MIGRATIONS.at(-1)?.name ?? '')
      .and.include('order_history')
      .and.include('searches')
      .and.include('Reads of cached values');
    expect(system.text).to.match(/Missing migrations<\/dt><dd>none/);
    const home = await manager.open('/ops');
    for (const area of ['orders', 'checkouts', 'payments', 'refunds', 'returns', 'system', 'queues'])
      expect(home.text).to.include(`href="/ops/${area}"`);
  });
});
