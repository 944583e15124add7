import { expect } from 'chai';
import { claimOverdue } from '../../src/entities/outbox/outbox.ts';
import { shopGauges } from '../../src/entities/reconciliation/gauges.ts';
import {
  CHECKOUTS_TO_ANONYMISE,
  CHECKOUTS_TO_DELETE,
  DELETE_CHECKOUTS,
  KEEP_CHECKOUTS,
} from '../../src/entities/retention/ended-checkouts.ts';
import { DELETE_EXPIRED, FIND_EXPIRED } from '../../src/entities/retention/expired-rows.ts';
import { findsRows } from '../../src/infra/database/finds-rows.ts';
import type { Tx } from '../../src/infra/database/unit-of-work.ts';
import { STUCK_WORK } from '../../src/workers/reconciliation/stuck-work.ts';
import { DUE_WORK } from '../../src/workers/reconciliation/sweeper.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

const ROWS = 5_000;

/** Rows that no statement looks for: only their number counts. `n` numbers them, and `id` is an id for each. */
const FILL: Record<string, string> = {
  carts: `select id, null, 'INR', 'ordered', 1, now(), now()`,
  checkouts: `(id, order_id, cart_id, cart_version, place_of_supply, currency, total, state, busy, reason, steps, created_at, updated_at)
    select id, id, id, 1, 'IN-KA', 'INR', 1, case n % 3 when 0 then 'EXPIRED' else 'COMPLETED' end, false, 'R', 1, now(), now()`,
  cart_items: `(id, cart_id, variant_id, quantity) select id, id, id, 1`,
  checkout_lines: `(checkout_id, line, variant_id, quantity) select id, 1, id, 1`,
  reservations: `select id, id, 1, 'released', now()`,
  discount_redemptions: `(checkout_id, discount_id, amount, counters, status, created_at) select id, id, 1, '{}', 'released', now()`,
  first_orders: `select id, id`,
  payment_attempts: `select id, 1, 'm', 'declined', null, now()`,
  payments: `(id, checkout_id, provider, status, currency, amount, captured, created_at, updated_at)
    select id, id, 'stripe', 'succeeded', 'INR', 1, 1, now(), now()`,
  payment_operations: `(id, payment_id, kind, idempotency_key, key_round, fence, status, created_at, finished_at)
    select id, id, 'open', id, 1, 0, 'done', now(), now()`,
  webhook_inbox: `(provider, event_id, type, created_at, due_at, received_at, processed_at, outcome)
    select 'stripe', id, 't', now(), now(), now(), now(), 'ignored'`,
  webhook_deliveries: `(id, subscription_id, event_id, type, data, state, due_at, created_at, decided_at)
    select id, id, id, 't', '{}', 'delivered', now(), now(), now()`,
  documents_due: `select id, 'invoice', id, now() - interval '1 min'`,
  outbox: `select id, 'q', 'n', '{}', '{}', 0, now() + interval '1 min', now()`,
  idempotency_keys: `select id, id, 'h', 200, '{}', '{}', now()`,
  account_tokens: `select id, id, 'invitation', now(), now(), null`,
  sessions: `(id, account_id, client, created_at, last_used_at, expires_at) select id, id, '', now(), now(), now()`,
  refresh_tokens: `select id, id, now(), now()`,
  product_imports: `(id, status, columns, actor_kind, created_at, finished_at) select id, 'done', '{}', 'system', now(), now()`,
  import_rows: `select id, 1, '{}', null, null`,
  reconciliation_runs: `(id, kind, started_by, state, phase, since, started_at, updated_at, finished_at)
    select id, 'recent', 's', 'done', 'settle', now(), now(), now(), now()`,
  discrepancies: `select id, id, id, 'k', id, 'warning', '{}', 'gone', null, null, now(), now(), now(), null`,
  order_commands: `(id, order_id, kind, work, actor, state, created_at, decided_at)
    select id, id, 'PROCESS', '{}', 'a', 'done', now(), now()`,
  returns: `select id, id, 'received', 'other', 'a', null, now(), now(), now()`,
  mail_counts: `select current_date, id, 'account', '{}'`,
};

describe('statements that run all the time', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
    const fill = Object.entries(FILL).map(
      ([table, rows]) => `insert into ${table} ${rows}
        from (select n, lpad(to_hex(n), 32, '0')::uuid as id from generate_series(1, ${ROWS}) n) as each`,
    );
    await database.db.orm.em.fork().transactional(async (em) => {
      await em.execute(`set local session_replication_role = replica`);
      for (const sql of fill) await em.execute(sql);
    });
    await database.db.query('analyze');
  });
  after(() => database.close());

  /** Plans instead of results. */
  const plans: string[] = [];
  const explain = async (sql: string, params: unknown[] = []) => {
    const rows = await database.db.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, params);
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    return [];
  };
  beforeEach(() => plans.splice(0));

  /** The outbox is read as a whole, once per round: it holds what is under way, so it is short. */
  const scans = () =>
    [...plans.join('\n').matchAll(/Seq Scan on (\w+)/g)].filter(
      ([, table = '']) => table in FILL && table !== 'outbox',
    );

  for (const { name, sql } of STUCK_WORK) {
    it(`find ${name} by an index`, async () => {
      await explain(sql, [200]);
      expect(scans(), plans.join('\n')).to.deep.equal([]);
    });
  }

  it('find which work is due by the same indexes', async () => {
    await explain(DUE_WORK.all.sql, [200]);
    await explain(findsRows([CHECKOUTS_TO_ANONYMISE, CHECKOUTS_TO_DELETE]), [200]);
    expect(scans(), plans.join('\n')).to.deep.equal([]);
  });

  it('claim overdue commands by an index', async () => {
    await claimOverdue({ query: explain } as Pick<Tx, 'query'> as Tx, 500);
    expect(plans.join('\n')).to.include('outbox_due').and.not.to.include('Seq Scan');
  });

  it('read the gauges by indexes of what is under way', async () => {
    await shopGauges((sql) => explain(sql)).read();
    // Every due document and every run is read: both are few.
    const few = ['documents_due', 'reconciliation_runs'];
    expect(
      scans().filter(([, table = '']) => !few.includes(table)),
      plans.join('\n'),
    ).to.deep.equal([]);
    expect(plans.join('\n')).to.include('returns_state').and.to.include('order_commands_pending');
  });

  it('find what is to be deleted by an index', async () => {
    for (const sql of [FIND_EXPIRED, ...DELETE_EXPIRED.flat()]) await explain(sql);
    expect(scans(), plans.join('\n')).to.deep.equal([]);
  });

  it('remove the parts of a checkout by an index', async () => {
    for (const sql of [KEEP_CHECKOUTS, ...DELETE_CHECKOUTS])
      await explain(sql, [['00000000-0000-0000-0000-000000000001']]);
    expect(scans(), plans.join('\n')).to.deep.equal([]);
  });

  for (const [what, sql] of Object.entries({ CHECKOUTS_TO_ANONYMISE, CHECKOUTS_TO_DELETE })) {
    it(`find checkouts that are ${what.toLowerCase()} by an index`, async () => {
      await explain(sql, [200]);
      expect(scans(), plans.join('\n')).to.deep.equal([]);
    });
  }
});
