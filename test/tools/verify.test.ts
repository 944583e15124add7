import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import pg from 'pg';
import { INVARIANTS } from '../../src/entities/invariants/all-invariants.ts';
import { REPLAY } from '../../src/entities/reconciliation/price-replays.ts';
import { changesSince } from '../../src/entities/verification/changes.ts';
import { stripeProvider } from '../../src/ports/payments/stripe.ts';
import { brokenInvariants, type Extent, findViolations, verifyDatabase } from '../../tools/verify/database.ts';
import { verifyProvider } from '../../tools/verify/provider.ts';
import { queryOf } from '../../tools/verify/query.ts';
import { type Flow, startFlow } from '../flows/stack.ts';
import { putDiscount } from '../support/offers.ts';
import type { Checkout } from '../support/shop.ts';
import { clearFaults, setFaults } from '../support/simulator.ts';

const ERASED = `with erased as (insert into accounts (id, kind, status, created_at, updated_at)
  values (gen_random_uuid(), 'customer', 'erased', now(), now()) returning id)`;

/** What an erased account must not leave, with `erased` for its row. */
const REMAINS: Record<string, string> = {
  'an address': `insert into addresses select gen_random_uuid(), id, 'x', false, 1, now(), now() from erased`,
  'a live session': `insert into sessions (id, account_id, client, created_at, last_used_at, expires_at)
    select gen_random_uuid(), id, '', now(), now(), now() from erased`,
  'the client of a session': `insert into sessions select gen_random_uuid(), id, 'v1.k.' || repeat('A', 39), now(), now(), now(),
    null, now(), 'erased' from erased`,
  'a token': `insert into account_tokens select gen_random_uuid(), id, 'invitation', now(), now(), now() from erased`,
  'a former e-mail address': `insert into email_changes (id, account_id, former_email, former_email_index, is_undoable, holds_reset,
      created_at, expires_at) select gen_random_uuid(), id, 'v1.k.' || repeat('A', 39), 'i', true, false, now(), now() from erased`,
  'a recovery code': `insert into recovery_codes select id, 'h', null from erased`,
  'a group': `insert into customer_group_members select id, gen_random_uuid(), now() from erased`,
  'the e-mail address of a checkout': `update checkouts set customer_id = erased.id from erased where checkouts.id = :completed`,
  'the index of an e-mail address of a checkout': `update checkouts set customer_id = erased.id, email = null, email_index = 'i'
    from erased where checkouts.id = :completed`,
  'an address that no invoice has to name': `update checkouts set customer_id = erased.id, email = null
    from erased where checkouts.id = :completed`,
  'the redeemer of a checkout': `update checkouts set redeemer = 'customer:' || erased.id from erased where checkouts.id = :completed`,
  'a first order': `insert into first_orders select 'customer:' || id, :completed from erased`,
  'a use of a discount': `update discount_redemptions set counters = array['customer:customer:' || erased.id] from erased
    where checkout_id = :completed`,
  'a preference': `insert into account_preferences select id, 'v1.k.' || repeat('A', 39), 1, now() from erased`,
  'a review': `insert into reviews (id, product_id, variant_id, customer_id, order_id, is_verified, rating, title, body, state, steps,
      created_at, updated_at)
    select uuidv7(), v.product_id, v.id, erased.id, :order, true, 5, 't', 'b', 'held', 1, now(), now() from variants v, erased where v.id = :variant`,
  'the PDF of an invoice': `, owned as (update checkouts set customer_id = erased.id from erased where checkouts.id = :completed)
    insert into document_files select id, 'v1.k.' || repeat('A', 39), '', now() from documents where order_id = :order
      on conflict do nothing`,
};

/** A review out of nothing: without its key, its history and its place in the statistics. */
const REVIEW = `insert into reviews (id, product_id, variant_id, customer_id, order_id, is_verified, rating, title, body, state, steps, helpful,
    created_at, updated_at)
  select uuidv7(), product_id, id, gen_random_uuid(), :order, true, 5, 't', 'b', 'held', 1, /*helpful*/ 0, now(), now() from variants where id = :variant`;

/** A refund that is done, as `refund`. */
const REFUND = `with refund as (insert into refunds (id, order_id, payment_id, amount, cause, state, created_at, decided_at)
  select gen_random_uuid(), :order, id, 1, 'refund', 'succeeded', now(), now() from payments where checkout_id = :completed returning id)`;

const KEYS = { secretKey: 'sk_test_development', webhookSecret: 'whsec_development' };

/** SQL for an hour that has no sums yet. */
const TOMORROW = `date_trunc('hour', now(), 'Asia/Kolkata') + interval '1 day'`;

/** What breaks each law, given a completed checkout and one that waits for a payment method. */
const DAMAGE: Record<string, string> = {
  'stock.levels-are-their-movements': `update stock_levels set on_hand = on_hand + 1 where variant_id = :variant`,
  'stock.openings-are-their-movements': `insert into stock_openings values (:variant, 1, 0)`,
  'stock.every-variant-has-a-level': `delete from stock_levels where variant_id = :variant`,
  'stock.reserved-is-held': `update reservations set quantity = quantity + 1 where checkout_id = :waiting`,
  'checkouts.hold-what-they-asked-for': `delete from reservations where checkout_id = :waiting`,
  'reservations.held-by-the-living': `update reservations set status = 'held' where checkout_id = :completed`,
  'reservations.consumed-by-orders': `update reservations set status = 'consumed' where checkout_id = :waiting`,
  'reservations.are-their-movements': `update inventory_movements set cause_id = null where cause_id = :waiting`,
  'redemptions.are-counted': `update discount_uses set used = used + 1 where counter = 'all'`,
  'redemptions.follow-their-checkout': `update discount_redemptions set status = 'released' where checkout_id = :completed`,
  'redemptions.are-the-discounts-of-the-price': `update discount_redemptions set amount = amount + 1 where checkout_id = :completed`,
  'redemptions.of-first-orders-come-once': `insert into first_orders values ('email:x', :completed)`,
  'checkouts.history-leads-to-the-state': `delete from checkout_history where checkout_id = :completed and seq = 2`,
  'checkouts.completed-have-their-order': `update checkouts set state = 'LOCKED' where id = :completed`,
  'checkouts.price-is-the-snapshot': `update checkouts set total = total + 1 where id = :completed`,
  'checkouts.are-not-forgotten': `update checkouts set busy = true, updated_at = now() - interval '1 h' where id = :waiting`,
  'carts.belong-to-their-checkout': `update carts set status = 'open' where id = (select cart_id from checkouts where id = :waiting)`,
  'outbox.is-delivered': `insert into outbox values (gen_random_uuid(), 'q', 'n', '{}', '{}', 3, now(), now() - interval '1 h')`,
  'webhooks.are-processed': `insert into webhook_inbox (provider, event_id, type, created_at, due_at, received_at)
    values ('stripe', 'evt_lost', 't', now(), now(), now() - interval '1 h')`,
  'orders.totals-are-their-lines': `update order_lines set line_total = line_total + 1 where order_id = :order`,
  'orders.delivery-is-its-shares': `update orders set shipping_shares = jsonb_build_array(jsonb_build_object('ratePercent', '5',
    'paid', shipping + 1, 'taxable', shipping + 1, 'cgst', 0, 'sgst', 0, 'igst', 0)) where id = :order`,
  'orders.halves-are-equal': `update order_lines set cgst = cgst + sgst + igst, sgst = 0, igst = 0 where order_id = :order`,
  'orders.lines-are-what-was-checked-out': `update checkout_lines set quantity = quantity + 1 where checkout_id = :completed`,
  'orders.come-from-their-checkout': `update checkouts set order_id = gen_random_uuid() where id = :completed`,
  'orders.have-a-number': `delete from order_numbers where order_id = :order`,
  'orders.price-is-the-checkout': `update orders set total = total + 1 where id = :order`,
  'orders.history-leads-to-the-state': `update orders set state = 'SHIPPED' where id = :order`,
  'orders.machine-is-the-lines': `update order_lines set shipped = shipped + 1 where order_id = :order`,
  'orders.units-are-accounted-for': `update order_lines set returned = returned + 1 where order_id = :order`,
  'orders.goods-are-back-on-the-shelf': `update order_lines set cancelled = cancelled + 1, refunded = refunded + 1 where order_id = :order`,
  'refunds.are-their-lines': `insert into refunds (id, order_id, payment_id, amount, cause, state, created_at)
    select gen_random_uuid(), :order, id, 1, 'refund', 'pending', now() from payments where checkout_id = :completed`,
  'orders.commands-are-decided': `insert into order_commands (id, order_id, kind, work, actor, state, created_at)
    values (gen_random_uuid(), :order, 'PROCESS', '{}', 'staff:x', 'pending', now() - interval '1 h')`,
  'documents.have-no-gap': `update document_series set last = last + 1`,
  'documents.are-issued': `delete from documents where order_id = :order`,
  'documents.say-what-was-paid': `update documents set total = total + 1 where order_id = :order`,
  'documents.sum-up-their-lines': `update documents set content = jsonb_set(content, '{hsnSummary,0,cgst}', '1') where order_id = :order`,
  'documents.are-called-by-their-goods': `update documents set content = jsonb_set(content, '{lines,0,ratePercent}', '"0"')
    where order_id = :order`,
  'documents.credit-what-was-refunded': `${REFUND} select 1 from refund`,
  'documents.credit-no-more-than-a-line': `${REFUND} insert into refund_lines
    select id, :order, 1, 1, 10000000, 10000000, 0, 0, 0 from refund`,
  'documents.credit-no-more-than-the-invoice': `insert into documents (id, kind, order_id, gstin, year, sequence, number, issued_on, total,
      content, created_at)
    select gen_random_uuid(), 'credit-note', order_id, gstin, year, 999999, 'CN/1', issued_on, total,
      jsonb_set(content, '{hsnSummary,0,taxable}', '10000000'), created_at from documents where order_id = :order`,
  'payments.pay-their-order': `update payments set captured = captured - 1 where checkout_id = :completed`,
  'payments.without-order-go-back': `update payments set status = 'succeeded', captured = 1 where checkout_id = :waiting`,
  'payments.refunded-is-its-refunds': `update payments set refunded = 1 where checkout_id = :completed`,
  'payments.ask-for-the-total': `update payments set amount = amount + 1 where checkout_id = :completed`,
  'operations.are-decided': `update payment_operations set status = 'unknown', finished_at = null,
    created_at = now() - interval '1 h' where idempotency_key like 'open-%'`,
  'people.are-sealed': `update checkouts set email = 'asha@example.com' where id = :completed`,
  'people.erased-leave-nothing': `${ERASED} ${REMAINS['an address']}`,
  'people.are-out-of-ended-checkouts': `update checkouts set updated_at = now() - interval '32 days'
    where id = (select id from checkouts where state = 'CANCELLED' limit 1)`,
  'people.emptied-checkouts-lead-to-nobody': `update checkouts set email = null, redeemer = null where id = :completed`,
  'carts.belong-to-the-customer-of-their-checkouts': `update checkouts set customer_id = gen_random_uuid() where id = :waiting`,
  'orders.belong-to-the-customer-of-their-checkout': `update orders set customer_id = gen_random_uuid() where id = :order`,
  'imports.account-for-each-row': `insert into product_imports (id, status, columns, rows, created, actor_kind, created_at, finished_at)
    values (gen_random_uuid(), 'done', '{}', 1, 1, 'system', now(), now())`,
  'reviews.statistics-are-their-reviews': `insert into review_statistics (subject, kind, count, r5) values (:variant, 'variant', 1, 1)`,
  'reviews.helpful-are-their-votes': REVIEW.replace('/*helpful*/ 0', '1'),
  'reviews.history-leads-to-the-state': REVIEW,
  'reviews.are-one-per-customer-and-variant': REVIEW,
  'reviews.are-judged': `${REVIEW}; update reviews set state = 'pending', updated_at = now() - interval '1 h'`,
  'analytics.sales-are-their-orders': `insert into sales_hours values (${TOMORROW}, 1, 1, 1, 1, 1, 1, 1, 0, 0)`,
  'analytics.refunds-are-their-hours': `insert into refund_hours values (${TOMORROW}, 1, 1, 1, 1)`,
  'analytics.conversion-is-its-checkouts': `insert into conversion_hours values (date_trunc('hour', now(), 'Asia/Kolkata') - interval '3 days',
    'completed', '', 1, now() - interval '1 h')`,
  'analytics.conversion-days-are-their-hours': `insert into conversion_days values ('2000-01-01', 'carts', '', 1)`,
  'analytics.variants-are-their-orders': `insert into variant_sales values ('day', current_date + 2, :variant, 1, 1)`,
  'analytics.discounts-are-their-orders': `insert into discount_days values (current_date + 2, :variant, 1, 1)`,
  'partitions.are-there-in-time': `drop table order_history_p${nextMonth()}`,
  'pricing.replays': `update pricing_snapshots set output = jsonb_set(output, '{totals,tax}', '1')
    where checkout_id = :completed`,
};

const textsOf = (rows: readonly object[]): string[] => rows.map((row) => JSON.stringify(row));

function nextMonth(): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)).toISOString().slice(0, 7).replace('-', '_');
}

describe('bin/verify', () => {
  let flow: Flow;
  let completed: Checkout;
  let waiting: Checkout;
  let client: pg.Client;
  let variantId: string;

  before(async function () {
    this.timeout(120_000);
    flow = await startFlow({});
    const { shop, books } = flow;
    variantId = await books.stock({ stock: 9, price: 10_000 });
    const offer = { kind: 'fixed-amount', amount: 1_000, per: 'order' } as const;
    await putDiscount(books.query, { code: 'TENNER', offer, maxUses: 9 });
    completed = await shop.buy([{ variantId, quantity: 2 }], { codes: ['TENNER'] });
    waiting = await shop.rested(
      await shop.checkout(await shop.cart([{ variantId, quantity: 1 }]), { method: 'pm_card_chargeDeclined' }),
    );
    await shop.settled(await shop.cancel(await shop.checkout(await shop.cart([{ variantId, quantity: 1 }]))));
    client = new pg.Client({ connectionString: flow.stack.databaseUrl });
    await client.connect();
  });
  after(async function () {
    this.timeout(60_000);
    await client?.end();
    await flow?.stop();
  });

  /** The rows that break the law of that name after `damage`, which is then undone. */
  async function brokenAfter(damage: string, name: string): Promise<object[]> {
    const ids = { variant: variantId, completed: completed.id, waiting: waiting.id, order: completed.orderId };
    const sql = damage.replace(/:(\w+)\b(?!:)/g, (whole, name: keyof typeof ids) =>
      ids[name] ? `'${ids[name]}'` : whole,
    );
    await client.query('begin');
    try {
      // The workers go on meanwhile: whoever is in the way of whom, here it is we who step back and try again.
      await client.query(`set local session_replication_role = replica`);
      for (const check of await checksIn(sql)) await client.query(check);
      await client.query(sql);
      const whole = await brokenInvariants(
        client,
        INVARIANTS.filter((invariant) => invariant.name === name),
      );
      const chosen = (each: string): boolean => each === name;
      const rowsIn = async (extent: Extent) =>
        (await findViolations((work) => work(client), { extent, chosen })).findings[0]?.rows ?? [];
      const found = await rowsIn('all');
      // All rows are younger than a checkpoint of now.
      const isOnlyFull = INVARIANTS.some((invariant) => invariant.name === name && invariant.isOnlyFull);
      const recent = await rowsIn(await changesSince(queryOf(client), new Date()));
      expect(textsOf(recent)).to.have.members(isOnlyFull ? [] : textsOf(found));
      // Batches find exactly what the statement of the invariant finds in whole tables.
      if (name !== REPLAY.name) expect(textsOf(found)).to.have.members(textsOf(whole[0]?.rows ?? []));
      return found;
    } catch (error) {
      if ((error as { code?: string }).code !== '40P01') throw error;
      await client.query('rollback');
      return await brokenAfter(damage, name);
    } finally {
      await client.query('rollback');
    }
  }

  /** The database itself refuses most damage: the constraints of the tables that it names have to go first. */
  async function checksIn(sql: string): Promise<string[]> {
    const { rows } = await client.query<{ table: string; drop: string }>(
      `select conrelid::regclass::text as table, format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop
        from pg_constraint where contype = 'c' and connamespace = 'public'::regnamespace and coninhcount = 0`,
    );
    return rows.filter(({ table }) => new RegExp(`\\b${table}\\b`).test(sql)).map(({ drop }) => drop);
  }

  it('finds nothing where nothing is broken', async () => {
    const { findings, invariants } = await verifyDatabase(flow.stack.databaseUrl);
    expect(findings).to.deep.equal([]);
    expect(invariants).to.equal(INVARIANTS.length + 1);
    const provider = stripeProvider({ ...KEYS, apiUrl: flow.simulator });
    expect((await verifyProvider(flow.stack.databaseUrl, provider)).findings).to.deep.equal([]);
  });

  it('has damage for every law', () => {
    expect(Object.keys(DAMAGE)).to.have.members([...INVARIANTS, REPLAY].map(({ name }) => name));
  });

  for (const [name, damage] of Object.entries(DAMAGE)) {
    it(`names ${name}`, async () => {
      expect(await brokenAfter(damage, name)).not.to.deep.equal([]);
    });
  }

  for (const [what, damage] of Object.entries(REMAINS)) {
    it(`names ${what} that an erased account has left`, async () => {
      const rows = await brokenAfter(`${ERASED} ${damage}`, 'people.erased-leave-nothing');
      expect(rows.map((row) => Reflect.get(row, 'left'))).to.include(what);
    });
  }

  it('names money that the provider has and we do not, and the other way round', async () => {
    const provider = stripeProvider({ ...KEYS, apiUrl: flow.simulator });
    const names = async () =>
      (await verifyProvider(flow.stack.databaseUrl, provider, { settleMs: 0 })).findings.map(
        ({ invariant }) => invariant.name,
      );
    await setFaults(flow.simulator, { webhookDropRate: 1 });
    const extra = { amount: 500, currency: 'INR', method: 'pm_card_visa', key: 'planted' };
    await provider.open({ ...extra, checkoutId: completed.id });
    expect(await names()).to.deep.equal(['provider.charged-once']);
    await provider.open({ ...extra, checkoutId: waiting.id, key: 'planted too' });
    expect(await names()).to.include('provider.took-nothing-we-do-not-know');
    await client.query(`update payments set captured = captured - 1 where checkout_id = $1`, [completed.id]);
    expect(await names()).to.include('provider.knows-our-payments');
    await clearFaults(flow.simulator);
  });

  it('prints what does not hold and exits with 1, and with 2 when it cannot tell', function () {
    // Two processes are started.
    this.timeout(30_000);
    const run = (env: NodeJS.ProcessEnv, ...args: string[]) =>
      spawnSync(process.execPath, ['tools/verify.ts', ...args], { env: { ...process.env, ...env }, encoding: 'utf8' });
    const settings = {
      DATABASE_URL: flow.stack.databaseUrl,
      STRIPE_API_URL: flow.simulator,
      STRIPE_SECRET_KEY: KEYS.secretKey,
      STRIPE_WEBHOOK_SECRET: KEYS.webhookSecret,
    };
    const broken = run(settings);
    expect(broken.stdout).to.include('provider.charged-once').and.include(completed.id);
    expect(broken.status).to.equal(1);
    const blind = run({ ...settings, DATABASE_URL: '' });
    expect(blind.stderr).to.include('DATABASE_URL: is missing');
    expect(blind.status).to.equal(2);
  });
});
