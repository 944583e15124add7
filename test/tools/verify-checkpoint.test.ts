import { expect } from 'chai';
import pg from 'pg';
import { type ChangedRows, changesSince, readRecordedCheckouts } from '../../src/entities/verification/changes.ts';
import { newId, uuidv7Floor, uuidv7Time } from '../../src/infra/ids.ts';
import { openCheckpoint } from '../../tools/verify/checkpoint.ts';
import { verifyDatabase } from '../../tools/verify/database.ts';
import { queryOf } from '../../tools/verify/query.ts';
import { type Flow, startFlow } from '../flows/stack.ts';
import { putDiscount } from '../support/offers.ts';
import type { Checkout } from '../support/shop.ts';
import { waitFor } from '../support/wait-for.ts';

const DAYS = 20;
const NIL = '00000000-0000-0000-0000-000000000000';

/** The same UUIDv7, made so many days earlier. */
function aged(id: string): string {
  const earlier = uuidv7Floor(new Date(uuidv7Time(id).getTime() - DAYS * 86_400_000));
  return earlier.slice(0, 13) + id.slice(13);
}

/** An update of each table that changes nothing, and the subject under which it is recorded. */
const RECORDED: Record<string, string> = {
  'checkouts set total = total where id = :checkout': 'checkout :checkout',
  "carts set status = 'open' where id = :cart": 'cart :cart',
  'checkout_history set seq = seq where checkout_id = :checkout': 'checkout :checkout',
  'checkout_lines set line = line where checkout_id = :checkout': 'checkout :checkout',
  'pricing_snapshots set inputs = inputs where checkout_id = :checkout': 'checkout :checkout',
  'reservations set status = status where checkout_id = :checkout': 'checkout :checkout',
  'payments set amount = amount where checkout_id = :checkout': 'checkout :checkout',
  'discount_redemptions set amount = amount where checkout_id = :checkout': 'checkout :checkout',
  'first_orders set redeemer = redeemer where checkout_id = :checkout': 'checkout :checkout',
  'payment_operations set amount = amount where payment_id = :payment': 'payment :payment',
  'orders set total = total where id = :order': 'order :order',
  'order_lines set line = line where order_id = :order': 'order :order',
  'order_history set seq = seq where order_id = :order': 'order :order',
  'order_numbers set number = number where order_id = :order': 'order :order',
  'documents set total = total where order_id = :order': 'order :order',
  'inventory_movements set at = at where cause_id = :checkout': 'cause :checkout',
};

describe('the checkpoint of bin/verify', function () {
  this.timeout(60_000);
  let flow: Flow;
  let client: pg.Client;
  let bought: Checkout;
  let waiting: Checkout;
  let variantId: string;
  let paymentId: string;

  before(async function () {
    this.timeout(120_000);
    flow = await startFlow({});
    const { shop, books } = flow;
    variantId = await books.stock({ stock: 9, price: 10_000 });
    const offer = { kind: 'fixed-amount', amount: 1_000, per: 'order' } as const;
    await putDiscount(books.query, { code: 'TENNER', offer, maxUses: 9, firstOrderOnly: true });
    bought = await shop.buy([{ variantId, quantity: 2 }], { codes: ['TENNER'] });
    waiting = await shop.rested(
      await shop.checkout(await shop.cart([{ variantId, quantity: 1 }]), { method: 'pm_card_chargeDeclined' }),
    );
    client = new pg.Client({ connectionString: flow.stack.databaseUrl });
    await client.connect();
    const hasInvoice = async () =>
      (await sql(`select 1 from documents where order_id = $1`, bought.orderId)).length === 1;
    await waitFor('the invoice is issued', hasInvoice);
    // Sweepers would ask the provider about payments whose ids it does not know.
    flow.stack.kill('worker', 'SIGSTOP');
    await age();
  });
  after(async function () {
    this.timeout(60_000);
    flow?.stack.kill('worker', 'SIGCONT');
    await client?.end();
    await flow?.stop();
  });

  const sql = async (text: string, ...params: unknown[]): Promise<Record<string, string>[]> =>
    (await client.query(text, params)).rows;

  /** Makes the purchases and movements of this test older, by their ids. */
  async function age(): Promise<void> {
    const ids = await sql(`select id::text from checkouts union select order_id::text from checkouts
      union select id::text from carts union select id::text from payments union select id::text from inventory_movements
      union select id::text from documents`);
    const columns = await sql(
      `select c.table_name as table, c.column_name as column from information_schema.columns c join information_schema.tables t
          using (table_schema, table_name)
        where c.table_schema = 'public' and c.data_type = 'uuid' and t.table_type = 'BASE TABLE'
          and not exists (select 1 from pg_inherits where inhrelid = c.table_name::regclass)`,
    );
    await client.query(`begin; set local session_replication_role = replica`);
    for (const { table, column } of columns)
      await client.query(
        `update ${table} t set ${column} = m.aged from unnest($1::uuid[], $2::uuid[]) as m (id, aged) where t.${column} = m.id`,
        [ids.map(({ id }) => id), ids.map(({ id = '' }) => aged(id))],
      );
    await client.query('commit');
    bought = { ...bought, id: aged(bought.id), cartId: aged(bought.cartId), orderId: aged(bought.orderId ?? '') };
    waiting = { ...waiting, id: aged(waiting.id) };
    paymentId = (await sql(`select id from payments where checkout_id = $1`, bought.id))[0]?.id ?? '';
  }

  /** What `bin/verify` does. @returns the names of the violated invariants, and the number of checked checkouts */
  async function verify({ isFull = false } = {}) {
    const checkpoint = await openCheckpoint(flow.stack.databaseUrl);
    const provenAt = isFull ? null : (checkpoint?.provenAt ?? null);
    const { findings, checkouts, recordedBefore } = await verifyDatabase(flow.stack.databaseUrl, provenAt);
    await checkpoint?.store({ isClean: findings.length === 0, isFull: provenAt === null, recordedBefore });
    return { broken: findings.map(({ invariant }) => invariant.name), checkouts };
  }

  /** Verifies until every recorded change is read: transactions of other tests on this server may be older than a change. */
  const verifyAllRecorded = () =>
    waitFor('every recorded change is read', async () => {
      expect((await verify()).broken).to.deep.equal([]);
      return (await sql(`select 1 from late_changes`)).length === 0;
    });

  /** Runs a statement as a program that triggers do not see. */
  async function unseen(text: string, ...params: unknown[]): Promise<void> {
    await client.query(`set session_replication_role = replica`);
    await client.query(text, params);
    await client.query(`set session_replication_role = origin`);
  }

  it('is stored by a run over everything, and the next run leaves out what is old and has not changed', async () => {
    expect(await sql(`select 1 from late_changes`)).to.deep.equal([]);
    expect(await verify()).to.deep.equal({ broken: [], checkouts: 2 });
    // The one that waits for its payment is not finished.
    expect(await verify()).to.deep.equal({ broken: [], checkouts: 1 });
    expect(
      await sql(`select on_hand::int, reserved::int from stock_openings where variant_id = $1`, variantId),
    ).to.deep.equal([{ on_hand: 7, reserved: 1 }]);
  });

  for (const [update, record] of Object.entries(RECORDED)) {
    it(`records: update ${update}`, async () => {
      const ids = { checkout: bought.id, order: bought.orderId, cart: bought.cartId, payment: paymentId };
      const fill = (text: string, quote: string) =>
        text.replace(/(?<!:):(\w+)/g, (_, name: keyof typeof ids) => `${quote}${ids[name]}${quote}`);
      await client.query('begin');
      try {
        await client.query(`update ${fill(update, "'")}`);
        const records = await sql(`select subject || ' ' || key as record from late_changes`);
        expect(records.map((row) => row.record)).to.include(fill(record, ''));
      } finally {
        await client.query('rollback');
      }
    });
  }

  it('does not hide an old order that changed, and stays until it is right again', async () => {
    await sql(`update checkouts set total = total + 1 where id = $1`, bought.id);
    const found = await verify();
    expect(found.broken).to.include('checkouts.price-is-the-snapshot').and.include('orders.price-is-the-checkout');
    expect(found.checkouts).to.equal(2);
    expect((await verify()).broken).to.deep.equal(found.broken);
    await sql(`update checkouts set total = total - 1 where id = $1`, bought.id);
    await verifyAllRecorded();
    expect((await verify()).checkouts).to.equal(1);
  });

  it('keeps the record of a change that comes during a run', async () => {
    const checkpoint = await openCheckpoint(flow.stack.databaseUrl);
    const { recordedBefore } = await verifyDatabase(flow.stack.databaseUrl, checkpoint?.provenAt);
    await sql(`update payments set amount = amount where id = $1`, paymentId);
    await checkpoint?.store({ isClean: true, isFull: false, recordedBefore });
    expect(await sql(`select subject, key from late_changes`)).to.deep.equal([{ subject: 'checkout', key: bought.id }]);
    expect((await verify()).checkouts).to.equal(2);
  });

  it('is followed by changes that are read in batches', async () => {
    await sql(
      `insert into late_changes (subject, key) select 'checkout', gen_random_uuid() from generate_series(1, 1200)`,
    );
    for (const [subject, key] of [
      ['order', bought.orderId],
      ['payment', paymentId],
    ])
      await sql(`insert into late_changes (subject, key) values ($1, $2)`, subject, key);
    const { since } = await changesSince(queryOf(client), new Date());
    const found: string[] = [];
    let batches = 0;
    for (let after: string | null = NIL; after !== null; batches += 1) {
      const batch: ChangedRows = await readRecordedCheckouts(queryOf(client), { since, after });
      found.push(...batch.ids);
      after = batch.next;
    }
    expect({ found: [...new Set(found)], batches }).to.deep.equal({ found: [bought.id], batches: 3 });
    await verifyAllRecorded();
  });

  it('does not hide old work that is not finished', async () => {
    await unseen(`update reservations set quantity = quantity + 1 where checkout_id = $1`, waiting.id);
    expect((await verify()).broken).to.include('checkouts.hold-what-they-asked-for');
    await unseen(`update reservations set quantity = quantity - 1 where checkout_id = $1`, waiting.id);
    expect((await verify()).broken).to.deep.equal([]);
  });

  it('does not hide what an account that was erased since has left in an old order', async () => {
    const [erased] = await sql(`insert into accounts (id, kind, status, created_at, updated_at)
      values (gen_random_uuid(), 'customer', 'erased', now(), now()) returning id`);
    await unseen(`update checkouts set customer_id = $2 where id = $1`, bought.id, erased?.id);
    expect((await verify()).broken).to.include('people.erased-leave-nothing');
    await unseen(`update checkouts set customer_id = null where id = $1`, bought.id);
    await sql(`delete from accounts where id = $1`, erased?.id);
    expect((await verify()).broken).to.deep.equal([]);
  });

  it('needs --full for old rows that changed with their triggers switched off', async () => {
    await unseen(`update checkouts set total = total + 1 where id = $1`, bought.id);
    expect((await verify()).broken).to.deep.equal([]);
    expect((await verify({ isFull: true })).broken).to.include('checkouts.price-is-the-snapshot');
    await unseen(`update checkouts set total = total - 1 where id = $1`, bought.id);
  });

  it('does not hide a level that differs from the opening balance and later movements', async () => {
    await sql(`update stock_levels set on_hand = on_hand + 1 where variant_id = $1`, variantId);
    expect((await verify()).broken).to.deep.equal(['stock.levels-are-their-movements']);
    await sql(`update stock_levels set on_hand = on_hand - 1 where variant_id = $1`, variantId);
    expect((await verify()).broken).to.deep.equal([]);
  });

  it('sums up a variant from its first row when an old movement changed, and opens it again', async () => {
    await sql(
      `update inventory_movements set on_hand_delta = on_hand_delta + 2 where variant_id = $1 and kind = 'receive'`,
      variantId,
    );
    expect((await verify()).broken).to.deep.equal(['stock.levels-are-their-movements']);
    await sql(`update stock_levels set on_hand = on_hand + 2 where variant_id = $1`, variantId);
    await verifyAllRecorded();
    expect(await sql(`select on_hand::int from stock_openings where variant_id = $1`, variantId)).to.deep.equal([
      { on_hand: 9 },
    ]);
  });

  it('adds later movements to the opening balances', async () => {
    const [before] = await sql(`select openings_before::text as id from verification_checkpoint`);
    // A movement that was young at the last run and is old at the next one.
    const id = aged(newId());
    expect([before?.id, id].sort()).to.deep.equal([id, before?.id]);
    await sql(`update verification_checkpoint set openings_before = $1`, id);
    await unseen(
      `insert into inventory_movements (id, variant_id, kind, on_hand_delta, reserved_delta, cause, at)
        values ($1, $2, 'receive', 5, 0, 'staff', now())`,
      id,
      variantId,
    );
    expect((await verify()).broken).to.deep.equal(['stock.levels-are-their-movements']);
    await sql(`update stock_levels set on_hand = on_hand + 5 where variant_id = $1`, variantId);
    expect((await verify()).broken).to.deep.equal([]);
    expect(await sql(`select on_hand::int from stock_openings where variant_id = $1`, variantId)).to.deep.equal([
      { on_hand: 14 },
    ]);
    expect((await verify({ isFull: true })).broken).to.deep.equal([]);
  });

  it('has opening balances that --full compares and sums up again', async () => {
    await sql(`update stock_openings set on_hand = on_hand + 1 where variant_id = $1`, variantId);
    expect((await verify({ isFull: true })).broken).to.include('stock.openings-are-their-movements');
    expect((await verify()).broken).to.deep.equal([]);
  });

  it('is not used after 30 days', async () => {
    await sql(`update verification_checkpoint set proven_at = now() - interval '31 days'`);
    expect((await verify()).checkouts).to.equal(2);
    expect((await verify()).checkouts).to.equal(1);
  });
});
