import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { openStaffClient, type StaffClient } from '../support/staff-client.ts';
import { type Flow, sharedFlow } from './stack.ts';

interface Replay {
  isIdentical: boolean;
  steps: { seq: number; event: string; stored: string; replayed: string; isSame: boolean }[];
  machine: { path: string; stored: unknown; replayed: unknown }[];
  price: { differences: { path: string; stored: unknown; replayed: unknown }[] } | null;
}

interface Price {
  replays: boolean;
  output: { explanation: { step: string }[] };
}

const ROOT = join(import.meta.dirname, '..', '..');

describe('a history that is gone through again', function () {
  this.timeout(60_000);
  let flow: Flow;
  let staff: StaffClient;
  before(async function () {
    flow = await sharedFlow(this);
    staff = await openStaffClient(flow.stack.url);
  });
  const cartOf = async () =>
    flow.shop.cart([{ variantId: await flow.books.stock({ stock: 3, price: 33_333 }), quantity: 3 }]);
  const replay = async (things: string, id = '', query = '') => {
    const answer = await staff.ask<Replay>('GET', `/../admin/${things}/${id}/replay${query}`);
    expect(answer.status).to.equal(200);
    return answer.body;
  };
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'tools', 'replay.ts'), ...args], {
      env: { ...process.env, DATABASE_URL: flow.stack.databaseUrl },
      encoding: 'utf8',
    });

  it('comes out identical: checkouts that ended well, badly and after a decline, and an order with all that became of it', async () => {
    const { shop } = flow;
    const bought = await shop.settled(await shop.checkout(await cartOf(), { method: 'pm_card_visa' }));
    const cancelled = await shop.settled(await shop.cancel(await shop.checkout(await cartOf())));
    const declined = await shop.rested(await shop.checkout(await cartOf(), { method: 'pm_card_chargeDeclined' }));
    const paid = await shop.settled(await shop.pay(declined, 'pm_card_visa'));
    for (const { id } of [bought, cancelled, paid]) {
      const { isIdentical, steps, price, machine } = await replay('checkouts', id);
      expect(isIdentical, JSON.stringify({ steps, machine, price })).to.equal(true);
    }
    const order = bought.orderId ?? '';
    await staff.done(order, 'cancellations', { lines: [{ line: 1, quantity: 1 }], reason: 'Damaged' });
    await staff.done(order, 'transitions', { command: 'PROCESS' });
    const sent = await staff.done(order, 'shipments');
    await staff.done(order, `shipments/${sent.shipments[0]?.id}/delivery`);
    await staff.done(order, 'refunds', { lines: [{ line: 1, quantity: 2 }], delivery: false, reason: 'Goodwill' });
    await staff.until(order, 'all is back', ({ refunds }) => refunds.every(({ state }) => state === 'succeeded'));
    const again = await replay('orders', order);
    expect(again.isIdentical, JSON.stringify(again)).to.equal(true);
    expect(again.steps.length).to.be.above(6);
    const printed = run(order);
    expect([printed.status, printed.stdout]).to.satisfy(
      ([status, text]: [number, string]) => status === 0 && text.includes(`order ${order}: identical`),
    );
    expect((await replay('orders', order, '?to=3')).steps).to.have.length(3);
    const price = await staff.ask<Price>('GET', `/../admin/orders/${order}/price`);
    expect(price.body.replays).to.equal(true);
    expect(price.body.output.explanation.map(({ step }) => step)).to.include.members(['price', 'tax', 'total']);
    const stored = await flow.books.query(`select output from pricing_snapshots where checkout_id = $1`, [bought.id]);
    expect(stored[0], 'derived from the inputs').not.to.have.nested.property('output.explanation');
    expect((await staff.ask('GET', `/../admin/checkouts/${order}/replay`)).status).to.equal(404);
  });

  it('says at which step, and where in the price, it differs', async () => {
    const bought = await flow.shop.settled(await flow.shop.checkout(await cartOf(), { method: 'pm_card_visa' }));
    const { books } = flow;
    await books.query(`update checkout_history set to_state = 'CANCELLED' where checkout_id = $1 and seq = 3`, [
      bought.id,
    ]);
    await books.query(
      `update pricing_snapshots set output = jsonb_set(output, '{totals,total}', '1') where checkout_id = $1`,
      [bought.id],
    );
    const { isIdentical, steps, price } = await replay('checkouts', bought.id);
    expect(isIdentical).to.equal(false);
    expect(steps.filter(({ isSame }) => !isSame).map(({ seq, stored }) => [seq, stored])).to.deep.equal([
      [3, 'CANCELLED'],
    ]);
    expect(price?.differences).to.deep.equal([{ path: 'totals.total', stored: 1, replayed: bought.total }]);
    const printed = run(bought.id);
    expect(printed.status).to.equal(1);
    expect(printed.stdout)
      .to.match(/3 {2}\w+ +CANCELLED {3}<- replayed: \w+/)
      .and.to.include('price totals.total: stored 1');
    // Others look at the same books.
    await books.query(`update checkout_history set to_state = $2 where checkout_id = $1 and seq = 3`, [
      bought.id,
      steps[2]?.replayed,
    ]);
    await books.query(
      `update pricing_snapshots set output = jsonb_set(output, '{totals,total}', $2::text::jsonb) where checkout_id = $1`,
      [bought.id, bought.total],
    );
    expect((await replay('checkouts', bought.id)).isIdentical).to.equal(true);
    expect(run('nonsense').status).to.equal(2);
  });

  it('reads the machine of an earlier release, and names the version of a later one', async () => {
    const { id } = await flow.shop.settled(await flow.shop.cancel(await flow.shop.checkout(await cartOf())));
    const { books } = flow;
    const [row] = await books.query<{ machine: object }>('select machine from checkouts where id = $1', [id]);
    expect(row?.machine).to.deep.include({ version: 2, value: { terminal: 'CANCELLED' } });
    const storeMachine = (machine: object) =>
      books.query('update checkouts set machine = machine || $2 where id = $1', [id, JSON.stringify(machine)]);
    await storeMachine({ version: 1, value: 'CANCELLED' });
    expect((await replay('checkouts', id)).isIdentical).to.equal(true);
    await storeMachine({ version: 1, value: 'EXPIRED' });
    expect((await replay('checkouts', id)).machine).to.deep.equal([
      { path: 'value.terminal', stored: 'EXPIRED', replayed: 'CANCELLED' },
    ]);
    await storeMachine({ version: 3 });
    expect((await replay('checkouts', id)).machine).to.deep.equal([{ path: 'version', stored: 3, replayed: 2 }]);
    const later = run(id);
    expect([later.status, later.stdout]).to.satisfy(
      ([status, text]: [number, string]) => status === 1 && text.includes('machine version: stored 3, replayed 2'),
    );
    // Others look at the same books.
    await storeMachine(row?.machine ?? {});
  });
});
