import { expect } from 'chai';
import { newId } from '../../src/infra/ids.ts';
import { keyOf, openOps } from './ops-staff.ts';
import { openPeopleShop, type PeopleShop } from './people-shop.ts';

const STOCK = 'stock.levels-are-their-movements';

describe('the operators’ pages of reconciliation', () => {
  let shop: PeopleShop;
  let runId = '';
  before(async () => {
    shop = await openPeopleShop();
    runId = newId();
    await shop.db.query(
      `insert into reconciliation_runs (id, kind, started_by, state, phase, since, checked, counts, started_at, updated_at, finished_at)
        values ($1, 'full', 'schedule', 'done', 'end', now(), '{"variants": 40}', '{"found": 2, "person": 2}', now(), now(), now())`,
      [runId],
    );
  });
  after(() => shop.close());

  async function plant(kind: string, facts: object): Promise<string> {
    const id = newId();
    await shop.db.query(
      `insert into discrepancies (id, run_id, last_run_id, kind, subject, severity, facts, state, found_at, seen_at)
        values ($1, $2, $2, $3, $4, 'critical', $5, 'person', now(), now())`,
      [id, runId, kind, `subject of ${id}`, JSON.stringify(facts)],
    );
    return id;
  }
  const stateOf = async (id: string) =>
    (await shop.db.query<object>(`select state, note, decided_by as by from discrepancies where id = $1`, [id]))[0];

  it('list what needs a person at first, and show what each account says', async () => {
    const [variantId, checkoutId] = [newId(), newId()];
    const stock = await plant(STOCK, { variantId, onHand: 9, movedOnHand: 6, reserved: 0, movedReserved: 0 });
    const money = await plant('provider.amount-differs', {
      checkoutId,
      ours: { status: 'captured', captured: 500 },
      theirs: { status: 'captured', received: 700 },
    });
    const viewer = await openOps(shop, 'order-manager');
    const list = (await viewer.open('/ops/reconciliation')).text;
    expect(list).to.include(`href="/ops/reconciliation/${stock}">${STOCK}</a>`).and.include(money);
    const filtered = await viewer.open('/ops/reconciliation?kind=provider.amount-differs&severity=critical');
    expect(filtered.text).to.include(money).and.not.include(stock);
    expect((await viewer.open('/ops/reconciliation?state=gone')).text).to.include('Nothing found.');

    const { status, text } = await viewer.open(`/ops/reconciliation/${stock}`);
    expect(status).to.equal(200);
    expect(text).to.match(/>Stored<\/th><th scope="col">Movements<\/th>/);
    expect(text).to.include('<tr><td>onHand</td><td>9</td><td>6</td></tr>').and.include(`<dd>${variantId}</dd>`);
    const admin = await openOps(shop, 'admin');
    expect((await admin.open(`/ops/reconciliation/${stock}`)).text).to.include(
      `<a href="/ops/stock/${variantId}">${variantId}</a>`,
    );
    expect(text, 'may not act').not.to.include('Mark as resolved');
    const other = (await viewer.open(`/ops/reconciliation/${money}`)).text;
    expect(other).to.match(/>VCEcom<\/th><th scope="col">Payment provider<\/th>/);
    expect(other).to.include('<td>captured</td><td>₹5.00</td><td>₹7.00</td>').and.include(`checkoutId=${checkoutId}`);
  });

  it('resolve one with a note, once, with who did it in the audit log', async () => {
    const id = await plant('provider.amount-differs', { checkoutId: newId() });
    const path = `/ops/reconciliation/${id}`;
    const admin = await openOps(shop, 'admin');
    const { text } = await admin.open(path);
    expect(text, 'no rule heals this kind').not.to.include('Apply the recovery rule');
    const form = { action: 'resolve', key: keyOf(text, 'resolve'), note: 'refunded by hand' };
    const viewer = await openOps(shop, 'order-manager');
    expect((await viewer.submit(path, form)).status).to.equal(403);
    expect((await admin.submit(path, { ...form, note: '' })).status).to.equal(400);
    expect((await admin.submit(path, { ...form, action: 'constructor' })).status).to.equal(400);
    const [first, second] = [await admin.submit(path, form), await admin.submit(path, form)];
    expect([first.to, second.to]).to.deep.equal([`${path}?done=resolve`, `${path}?done=resolve`]);
    expect(await stateOf(id)).to.deep.equal({ state: 'resolved', note: 'refunded by hand', by: `staff:${admin.id}` });
    const audited = await shop.db.query(`select action, actor_id as actor from audit_log where target_id = $1`, [id]);
    expect(audited).to.deep.equal([{ action: 'discrepancy.resolve', actor: admin.id }]);
    const after = (await admin.open(`${path}?done=resolve`)).text;
    expect(after).to.include('role="status"').and.include('refunded by hand').and.not.include('<details>');
  });

  it('apply the recovery rule again', async () => {
    const id = await plant(STOCK, { variantId: newId(), onHand: 1, movedOnHand: 1, reserved: 2, movedReserved: 0 });
    const path = `/ops/reconciliation/${id}`;
    const admin = await openOps(shop, 'admin');
    const key = keyOf((await admin.open(path)).text, 'heal');
    expect((await admin.submit(path, { action: 'heal', key })).to).to.equal(`${path}?done=heal`);
    expect(await stateOf(id)).to.include({ state: 'healing' });
    const late = await admin.submit(path, { action: 'resolve', key: `${key}-2`, note: 'late' });
    expect([late.status, /role="alert"/.test(late.text)]).to.deep.equal([404, true]);
  });

  it('show runs with their reports, and start one', async () => {
    const facts = { checkoutId: null, ours: { status: 'captured' }, theirs: null };
    const found = await plant('provider.payment-missing', facts);
    const admin = await openOps(shop, 'admin');
    const runs = (await admin.open('/ops/reconciliation/runs')).text;
    expect(runs).to.include(`href="/ops/reconciliation/runs/${runId}"`);
    expect((await admin.open(`/ops/reconciliation/${found}`)).text).to.include('<dt>checkoutId</dt><dd>none</dd>');
    const run = (await admin.open(`/ops/reconciliation/runs/${runId}`)).text;
    expect(run).to.include('variants 40').and.include(`href="/ops/reconciliation/${found}"`);
    const start = { action: 'start', kind: 'recent', key: keyOf(runs, 'start') };
    const path = '/ops/reconciliation/runs';
    expect((await admin.submit(path, start)).to).to.equal(`${path}?done=start`);
    expect((await admin.submit(path, start)).to, 'sent twice').to.equal(`${path}?done=start`);
    const running = await admin.submit(path, { ...start, key: `${start.key}-2` });
    expect(running.status).to.equal(409);
    expect(running.text).to.match(/role="alert"[^>]*>Another run is in progress/);
    const [count] = await shop.db.query(`select count(*)::int as runs from reconciliation_runs where kind = 'recent'`);
    expect(count).to.deep.equal({ runs: 1 });
    const viewer = await openOps(shop, 'order-manager');
    expect((await viewer.open(path)).text).not.to.include('Start a full run');
    expect((await viewer.submit(path, start)).status).to.equal(403);
  });

  it('say what does not exist, and are closed to other roles', async () => {
    const admin = await openOps(shop, 'admin');
    for (const path of [`/ops/reconciliation/${newId()}`, `/ops/reconciliation/runs/${newId()}`])
      expect((await admin.open(path)).status, path).to.equal(404);
    const support = await openOps(shop, 'support');
    for (const path of [
      '/ops/reconciliation',
      '/ops/reconciliation/runs',
      '/ops/stock',
      '/ops/notifications',
      '/ops/jobs',
    ])
      expect((await support.open(path)).status, path).to.equal(403);
    expect((await support.open('/ops')).text).not.to.match(/\/ops\/(reconciliation|stock|notifications|jobs)/);
  });
});
