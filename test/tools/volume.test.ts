import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openVault } from '../../src/entities/account/privacy/vault.ts';
import { findInBatch } from '../../src/entities/reconciliation/batch.ts';
import { invariantsIn } from '../../src/entities/reconciliation/scopes.ts';
import {
  CHECKOUTS_TO_ANONYMISE,
  CHECKOUTS_TO_DELETE,
  DELETE_CHECKOUTS,
  findEndedCheckouts,
} from '../../src/entities/retention/ended-checkouts.ts';
import { DELETE_EXPIRED, deleteExpiredRows, FIND_EXPIRED } from '../../src/entities/retention/expired-rows.ts';
import type { Database } from '../../src/infra/database/database.ts';
import { newId } from '../../src/infra/ids.ts';
import { enforceRetention } from '../../src/workers/maintenance/retention.ts';
import { STUCK_WORK } from '../../src/workers/reconciliation/stuck-work.ts';
import { readsOf, subjectOf } from '../../tools/bench/growth/reads.ts';
import { seedOffers } from '../../tools/seed/offers.ts';
import { seedPeople } from '../../tools/seed/people.ts';
import { sampleOf, seedShop } from '../../tools/seed/shop.ts';
import { DEVELOPMENT } from '../../tools/stack/environment.ts';
import { startStack } from '../../tools/stack/stack.ts';
import { verifyDatabase } from '../../tools/verify/database.ts';
import { fillOrders } from '../../tools/volume/fill.ts';
import { makeTemplates } from '../../tools/volume/templates.ts';
import { watchPlans } from '../api/views/plans.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { describeAll } from '../support/extent.ts';
import { addUpAll } from '../support/sales.ts';

const MANY = 20_000;
const vault = openVault({ dataKeys: DEVELOPMENT.DATA_KEYS, secret: DEVELOPMENT.APP_SECRET });

describeAll('generated orders', function () {
  this.timeout(180_000);
  let fresh: FreshDatabase;
  let checkoutIds: string[];
  before(async () => {
    fresh = await freshDatabase();
    checkoutIds = await buyTemplates(fresh);
  });
  after(() => fresh?.close());

  const fill = (orders: number) => fillOrders({ ...fresh, vault }, { checkoutIds, orders });

  it('fulfil every invariant', async () => {
    await fill(1_000);
    await addUpAll(fresh);
    expect((await verifyDatabase(fresh.url)).findings).to.deep.equal([]);
    const [counts] = await fresh.db.query(
      `select (select count(*) from orders) as orders, (select count(distinct tableoid) from orders) as months,
        (select count(*) from documents where kind = 'credit-note') > 50 as has_notes, (select count(*) from checkouts where state = 'CANCELLED') as ended`,
    );
    expect(counts).to.deep.include({ has_notes: true, ended: 52 });
    expect(counts).to.have.property('orders').that.is.within(1_020, 1_030);
    expect(counts).to.have.property('months').that.is.within(24, 26);
  });

  it('are read by indexes, and only the months concerned', async () => {
    await fill(MANY - 1_000);
    await addUpAll(fresh);
    const [custom, generic] = [await watchPlans(fresh.url), await watchPlans(fresh.url, 'generic')];
    try {
      const plans = () => [...custom.plans(), ...generic.plans()];
      const query: Database['query'] = (sql, params = []) => generic.query(sql, params);
      const large = await largeTables(fresh);
      const whole: string[] = [];
      const note = (what: string, scanned: readonly string[]) =>
        whole.push(...readWhole(scanned, large).map((table) => `${what}: ${table}`));
      const db = { ...fresh.db, query, list: query, search: custom.query };
      const reads = readsOf(db, await subjectOf(fresh.db));
      plans();
      for (const [name, read] of Object.entries(reads)) {
        await read();
        const scans = plans().flatMap((plan) => plan.scans);
        note(
          name,
          scans.flatMap(([kind, table]) => (kind === 'Seq Scan' ? table : [])),
        );
      }
      for (const [name, sql, params] of STATEMENTS) note(name, await tablesScanned(fresh, sql, params));
      expect(whole).to.deep.equal([]);
    } finally {
      await Promise.all([custom.close(), generic.close()]);
    }
  });

  it('that have to stay are not read by each round of retention', async () => {
    const { db } = fresh;
    const kept = `select (select count(*)::int from carts where kept_at is not null) as carts,
      (select count(*)::int from checkouts where kept_at is not null) as checkouts`;
    await db.query(`update checkouts set updated_at = updated_at - interval '60 days', email = null, email_index = null,
        redeemer = null, shipping_address = null, billing_address = null where state = 'CANCELLED'`);
    await db.query(`update payments p set captured = amount where exists (
        select 1 from checkouts where id = p.checkout_id and state = 'CANCELLED')`);
    for (let round = 1; round <= 6; round++) await enforceRetention({ db, vault });
    const [marked] = await db.query<{ carts: number; checkouts: number }>(kept);
    expect(marked?.carts).to.be.above(300);
    expect(marked?.checkouts).to.be.above(500);
    await db.query('vacuum analyze carts, checkouts');
    const watched = await watchPlans(fresh.url, 'generic');
    try {
      const query: Database['query'] = (sql, params = []) => watched.query(sql, params);
      watched.plans();
      await deleteExpiredRows({ query });
      await findEndedCheckouts({ query });
      const read = watched.plans().flatMap((plan) => [...plan.read]);
      const large = await largeTables(fresh);
      expect(read.filter(([table, rows]) => large.has(table) && rows > 10)).to.deep.equal([]);
    } finally {
      await watched.close();
    }
  });

  it('are checked in batches that read their own rows, in one statement', async () => {
    const batch = 200;
    const watched = await watchPlans(fresh.url);
    try {
      await watched.query(`set plan_cache_mode = force_generic_plan`);
      const rows = await watched.query<{ id: string }>(
        `select id from checkouts order by id offset 5000 limit ${batch}`,
      );
      const invariants = invariantsIn('checkouts');
      await watched.query('begin');
      watched.plans();
      await findInBatch(watched.query, { table: 'checkouts', ids: rows.map(({ id }) => id), invariants });
      const [checked] = watched.plans().sort((a, b) => b.scans.length - a.scans.length);
      const large = await largeTables(fresh);
      const read = [...(checked?.read ?? [])].filter(([table]) => large.has(table));
      // A checkout has at most seven steps.
      expect(read.filter(([, count]) => count > 7 * batch)).to.deep.equal([]);
      expect(read.map(([table]) => table))
        .to.include('checkouts')
        .and.include('documents');
    } finally {
      await watched.close();
    }
  });
});

/** The statements of the relay, the sweeper and retention that change rows: only their plans are looked at. */
const STATEMENTS: [name: string, sql: string, params: unknown[]][] = [
  ...STUCK_WORK.map(({ name, sql }): [string, string, unknown[]] => [name, sql, [200]]),
  ['anonymise', CHECKOUTS_TO_ANONYMISE, [200]],
  ['delete checkouts', CHECKOUTS_TO_DELETE, [200]],
  ...DELETE_CHECKOUTS.map((sql): [string, string, unknown[]] => [sql, sql, [[newId()]]]),
  ...[FIND_EXPIRED, ...DELETE_EXPIRED.flat()].map((sql): [string, string, unknown[]] => [sql, sql, []]),
];

/** Finds the large tables, and the months with rows of large tables. The sums of the analytics are small. */
async function largeTables({ db }: FreshDatabase): Promise<Set<string>> {
  const rows = await db.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
      and reltuples >= case when relispartition then 100 else 1000 end and relname !~ '_(hours|days|sales)$'`,
  );
  return new Set(rows.map(({ name }) => name));
}

/** The large tables that a statement reads as a whole. It may read three months, which are small enough to be read at once. */
function readWhole(scanned: readonly string[], large: ReadonlySet<string>): string[] {
  const months = Map.groupBy(
    scanned.filter((table) => large.has(table)),
    (table) => table.replace(/_p\d{4}_\d{2}$/, ''),
  );
  return [...months].flatMap(([table, all]) => (all[0] === table || all.length > 3 ? table : []));
}

async function tablesScanned({ db }: FreshDatabase, sql: string, params: unknown[]): Promise<string[]> {
  const rows = await db.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, params);
  return rows.flatMap((row) => /Seq Scan on (\w+)/.exec(row['QUERY PLAN'])?.[1] ?? []);
}

/** Makes the templates with the processes of a shop, and stops these. */
async function buyTemplates({ db, url }: FreshDatabase): Promise<string[]> {
  await seedShop(db, 40, () => undefined);
  await seedOffers(db);
  await seedPeople(db, vault);
  const sample = await sampleOf(db);
  const dataDir = await mkdtemp(join(tmpdir(), 'vcecom-volume-'));
  // PostgreSQL runs as a user of its own when we are root, and has to reach its data.
  await chmod(dataDir, 0o755);
  const stack = await startStack({ dataDir, databaseUrl: url, sample, main: process.env.TEST_MAIN });
  try {
    return await makeTemplates({ url: stack.url, variantIds: sample, query: db.query });
  } finally {
    await stack.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
