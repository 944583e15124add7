import { expect } from 'chai';
import fc from 'fast-check';
import pg from 'pg';
import { INVARIANTS } from '../../src/entities/invariants/all-invariants.ts';
import { brokenInvariants } from '../../tools/verify/database.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { runsAll } from '../support/extent.ts';
import { PaidOrder, type UnitLine } from './paid-order.ts';

/** ₹100 with 5 % inside, and ₹59 with 18 %: 10000 × 5 / 210 = 238.1 and 5900 × 18 / 236 = 450. */
const SHIRTS: UnitLine = { quantity: 3, price: 10_000, half: 238, ratePercent: '5' };
const LAMPS: UnitLine = { quantity: 2, price: 5_900, half: 450, ratePercent: '18' };

/** Those that a planted order can be held to. */
const NAMES = /^(documents|refunds)\.|^orders\.(machine-is-the-lines|units)|^payments\.(pay-their-order|refunded-is)/;

describe('credit notes and money that goes back in several ways', function () {
  this.timeout(60_000);
  let database: FreshDatabase;
  let client: pg.Client;
  before(async () => {
    database = await freshDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  after(async () => {
    await client?.end();
    await database?.close();
  });

  const bought = async (lines: UnitLine[] = [SHIRTS], withDelivery = false) => {
    const order = new PaidOrder(database);
    await order.place(lines, { withDelivery });
    return order;
  };
  const sent = async (...lines: UnitLine[]) => {
    const order = await bought(lines.length > 0 ? lines : [SHIRTS]);
    await order.command('PROCESS');
    await order.command('SHIP');
    return order;
  };
  const units = (quantity: number, line = 1) => ({ lines: [{ line, quantity }] });
  const broken = () =>
    brokenInvariants(
      client,
      INVARIANTS.filter(({ name }) => NAMES.test(name)),
    );
  afterEach(async () => expect(await broken()).to.deep.equal([]));

  it('are cut down with the refund when part of the money went back in the dashboard before', async () => {
    const order = await bought();
    await order.refundInDashboard(4_000);
    expect(await order.command('CANCEL')).to.equal(null);
    await order.settle();
    await order.issue();
    expect(await order.booked()).to.deep.equal(['provider succeeded 4000', 'cancellation succeeded 26000']);
    expect(await order.notes()).to.deep.equal([4_000, 26_000]);
    expect(await order.noteLines()).to.containSubset([
      { line: 1, quantity: 0, amount: 4_000, taxable: 3_810, cgst: 95, sgst: 95, igst: 0 },
      { line: 1, quantity: 3, amount: 26_000, taxable: 28_572 - 3_810, cgst: 714 - 95, sgst: 714 - 95, igst: 0 },
    ]);
  });

  it('come for a refund of the dashboard, also when it is heard of before the invoice is issued', async () => {
    const order = await bought([SHIRTS, LAMPS], true);
    await order.refundInDashboard(5_900);
    await order.issue();
    expect(await order.notes()).to.deep.equal([5_900]);
    // 5900 over 30000, 11800 and 5000: 3782.05…, 1487.60…, 630.34…
    expect((await order.noteLines()).map(({ line, amount }) => [line, amount])).to.deep.equal([
      [0, 630],
      [1, 3_782],
      [2, 1_488],
    ]);
  });

  it('let returns and units be refunded up to what is left after a refund of the dashboard', async () => {
    const order = await sent();
    await order.refundInDashboard(4_000);
    expect(await order.command('REFUND', units(1))).to.equal(null);
    await order.command('REQUEST_RETURN', { ...units(2), reason: 'damaged' });
    const [back] = await order.query<{ id: string }>(`select id from returns where order_id = $1`, [order.orderId]);
    await order.command('APPROVE_RETURN', { returnId: back?.id });
    expect(await order.command('RECEIVE_RETURN', { returnId: back?.id })).to.equal(null);
    await order.settle();
    await order.issue();
    expect(await order.notes()).to.deep.equal([4_000, 10_000, 16_000]);
    expect(await order.state()).to.equal('REFUNDED');
  });

  it('take goods back of which no money is left', async () => {
    const order = await sent();
    await order.command('REQUEST_RETURN', { ...units(3), reason: 'damaged' });
    const [back] = await order.query<{ id: string }>(`select id from returns where order_id = $1`, [order.orderId]);
    await order.command('APPROVE_RETURN', { returnId: back?.id });
    await order.refundInDashboard(30_000);
    expect(await order.command('RECEIVE_RETURN', { returnId: back?.id })).to.equal(null);
    await order.issue();
    expect([await order.notes(), await order.state()]).to.deep.equal([[30_000], 'REFUNDED']);
  });

  it('come for an amount that staff refund, and leave that much less of the units', async () => {
    const order = await sent(SHIRTS, LAMPS);
    expect(await order.command('REFUND', { amount: 4_180 })).to.equal(null);
    await order.settle();
    expect(await order.command('REFUND', units(2, 2))).to.equal(null);
    await order.settle();
    await order.issue();
    // 4180 over 30000 and 11800 is 3000 and 1180.
    expect(await order.notes()).to.deep.equal([4_180, 10_620]);
    expect(await order.command('REFUND', { amount: 27_001 })).to.equal('REFUND_EXCEEDS_PAYMENT');
    expect(await order.command('REFUND', { amount: 27_000 })).to.equal(null);
    await order.settle();
    await order.issue();
    expect(await order.state()).to.equal('REFUNDED');
    expect(await order.command('REFUND', { amount: 1 })).to.equal('REFUND_EXCEEDS_PAYMENT');
  });

  it('call the order off when an amount that staff refund is all of it and nothing was sent', async () => {
    const order = await bought();
    await order.command('REFUND', { amount: 30_000 });
    await order.settle();
    await order.issue();
    expect([await order.state(), await order.notes()]).to.deep.equal(['CANCELLED', [30_000]]);
  });

  it('come for money that was given back outside the provider, which cannot go back twice', async () => {
    const order = await sent();
    expect(await order.command('RECORD_REFUND', { amount: 10_000 })).to.equal(null);
    expect(await order.command('RECORD_REFUND', { amount: 20_001 })).to.equal('REFUND_EXCEEDS_PAYMENT');
    expect(await order.command('REFUND', units(3))).to.equal(null);
    await order.settle();
    await order.issue();
    expect(await order.booked()).to.deep.equal(['outside succeeded 10000', 'refund succeeded 20000']);
    expect([await order.notes(), await order.state()]).to.deep.equal([[10_000, 20_000], 'REFUNDED']);
  });

  it('count what staff and the dashboard refund at once only when it has gone', async () => {
    const order = await sent();
    order.refundUnheard(4_000);
    expect(await order.command('REFUND', units(3))).to.equal(null);
    await order.readDashboard();
    // The provider has only 26000 left: it refuses 30000, and a retry asks for what is still owed.
    await order.settle();
    expect(await order.booked()).to.deep.equal(['refund failed 30000', 'provider succeeded 4000']);
    const [failed] = await order.query<{ id: string }>(
      `select id from refunds where state = 'failed' and order_id = $1`,
      [order.orderId],
    );
    expect(await order.command('RETRY_REFUND', { refundId: failed?.id })).to.equal(null);
    await order.settle();
    await order.issue();
    expect(await order.booked()).to.deep.equal(['refund succeeded 26000', 'provider succeeded 4000']);
    expect((await order.notes()).sort()).to.deep.equal([26_000, 4_000]);
    expect(await order.state()).to.equal('REFUNDED');
  });

  it('leave room beside a refund that is under way', async () => {
    const order = await bought();
    await order.command('CANCEL_UNITS', units(1));
    await order.refundInDashboard(4_000);
    expect(await order.command('CANCEL')).to.equal(null);
    await order.settle();
    await order.issue();
    expect(await order.notes()).to.have.members([4_000, 10_000, 16_000]);
  });

  it('fit what is left when the dashboard has refunded some of the money of refunds that are under way', async () => {
    const order = await bought([SHIRTS, LAMPS]);
    await order.refundInDashboard(20_000);
    order.refundUnheard(5_000);
    await order.command('CANCEL_UNITS', units(1));
    await order.command('CANCEL');
    await order.readDashboard();
    // 16800 are left for refunds of 10000 and 11800: the first goes back, and its note takes what the other lines have.
    await order.settle();
    const booked = ['provider succeeded 20000', 'cancellation succeeded 10000', 'cancellation failed 11800'];
    expect(await order.booked()).to.deep.equal([...booked, 'provider succeeded 5000']);
    await retryFailed(order);
    await order.settle();
    await order.issue();
    expect((await order.notes()).sort()).to.deep.equal([10_000, 20_000, 5_000, 6_800]);
    const lines = await order.noteLines();
    const credited = [1, 2].map((number) =>
      lines.filter(({ line }) => line === number).reduce((sum, { amount }) => sum + amount, 0),
    );
    expect(credited).to.deep.equal([30_000, 11_800]);
  });

  it('are cut down when the refund succeeds, if the dashboard has taken the same money meanwhile', async () => {
    const order = await sent();
    await order.command('REFUND', units(2));
    await order.command('RECORD_REFUND', { amount: 10_000 });
    await order.refundInDashboard(10_000);
    await order.settle();
    await order.issue();
    const booked = ['refund succeeded 20000', 'outside succeeded 10000', 'provider succeeded 10000'];
    expect([await order.booked(), await order.notes()]).to.deep.equal([booked, [10_000, 10_000, 10_000]]);
  });

  it('stay when the provider takes a refund of its dashboard back, and the next refund of that money needs no other', async () => {
    const order = await sent();
    const first = await order.refundInDashboard(4_000);
    await order.issue();
    await order.fail(first);
    await order.refundInDashboard(4_000);
    await order.issue();
    expect(await order.notes()).to.deep.equal([4_000]);
    const second = await order.refundInDashboard(1_000);
    await order.fail(second);
    await order.issue();
    expect(await order.notes(), 'never issued: it failed before').to.deep.equal([4_000]);
    const [owed] = await order.query<{ id: string }>(`select id from refunds where amount = 1000 and order_id = $1`, [
      order.orderId,
    ]);
    expect(await order.command('RETRY_REFUND', { refundId: owed?.id })).to.equal(null);
    await order.settle();
    await order.issue();
    expect(await order.notes()).to.deep.equal([4_000, 1_000]);
    await order.command('REFUND', { amount: 25_000 });
    await order.settle();
    await order.issue();
    expect(await order.state()).to.equal('REFUNDED');
  });

  const percent = fc.integer({ min: 1, max: 100 });
  const line = fc.integer({ min: 1, max: 2 });
  const quantity = fc.integer({ min: 1, max: 3 });
  const wish = fc.oneof(
    fc.record({ kind: fc.constantFrom('dashboard', 'unheard', 'amount', 'outside'), percent }),
    fc.record({ kind: fc.constantFrom('units', 'cancel units', 'ship', 'return'), line, quantity }),
    fc.record({ kind: fc.constantFrom('cancel', 'settle', 'read', 'issue', 'retry') }),
  );
  type OrderCommandRequest = { kind: string; percent?: number; line?: number; quantity?: number };

  async function act(
    order: PaidOrder,
    { kind, percent = 0, line = 1, quantity = 1 }: OrderCommandRequest,
  ): Promise<void> {
    const part = Math.max(1, Math.floor((order.leftAtProvider * percent) / 100));
    const isLeft = order.leftAtProvider > 0;
    const some = { lines: [{ line, quantity }] };
    const acts: Record<string, () => Promise<unknown>> = {
      dashboard: async () => isLeft && order.refundInDashboard(part),
      unheard: async () => isLeft && order.refundUnheard(part),
      amount: () => order.command('REFUND', { amount: part }),
      outside: () => order.command('RECORD_REFUND', { amount: Math.ceil(part / 4) }),
      units: () => order.command('REFUND', some),
      'cancel units': () => order.command('CANCEL_UNITS', some),
      ship: () => order.command('SHIP', some),
      return: () => takeBack(order, some),
      cancel: () => order.command('CANCEL'),
      settle: () => order.settle(),
      read: () => order.readDashboard(),
      issue: () => order.issue(),
      retry: () => retryFailed(order),
    };
    await acts[kind]?.();
  }

  async function takeBack(order: PaidOrder, some: object): Promise<void> {
    if ((await order.command('REQUEST_RETURN', { ...some, reason: 'other' })) !== null) return;
    const [back] = await order.query<{ id: string }>(
      `select id from returns where order_id = $1 order by id desc limit 1`,
      [order.orderId],
    );
    await order.command('APPROVE_RETURN', { returnId: back?.id });
    await order.command('RECEIVE_RETURN', { returnId: back?.id });
  }

  async function retryFailed(order: PaidOrder): Promise<void> {
    const failed = await order.query<{ id: string }>(
      `select id from refunds where order_id = $1 and state = 'failed' order by id`,
      [order.orderId],
    );
    for (const { id } of failed) await order.command('RETRY_REFUND', { refundId: id });
  }

  it('add up to the refunds, and to no more than each line, in whatever order the money goes back', async function () {
    this.timeout(300_000);
    await fc.assert(
      fc.asyncProperty(fc.array(wish, { minLength: 2, maxLength: 9 }), async (wishes) => {
        const order = await bought([SHIRTS, LAMPS], true);
        await order.command('PROCESS');
        for (const one of wishes) await act(order, one);
        await order.readDashboard();
        await order.settle();
        await order.issue();
        const [money] = await order.query<{ refunded: number; total: number }>(
          `select coalesce(sum(r.amount) filter (where r.state = 'succeeded'), 0)::int as refunded, min(o.total)::int as total
            from orders o left join refunds r on r.order_id = o.id where o.id = $1`,
          [order.orderId],
        );
        const noted = (await order.notes()).reduce((sum, total) => sum + total, 0);
        // Money that went back outside and in the dashboard as well can be more than was paid: a note cannot.
        expect(noted).to.equal(Math.min(money?.refunded ?? 0, money?.total ?? 0));
        for (const { cgst, sgst } of await order.noteLines()) expect(cgst).to.equal(sgst);
        // The runs before share the database: only what is said of this order counts, or the smallest example is a wrong one.
        const ofThis = JSON.stringify(await broken())
          .split(/[{}]/)
          .filter((row) => row.includes(order.orderId));
        expect(ofThis).to.deep.equal([]);
      }),
      { numRuns: runsAll ? 200 : 12 },
    );
  });
});
