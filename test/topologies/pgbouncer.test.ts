import { expect } from 'chai';
import { ENTITIES } from '../../src/entities/schema.ts';
import { openDatabase } from '../../src/infra/database/database.ts';
import { listenToFacts, logger } from '../../src/infra/observability/log.ts';
import { concurrentBuyersAt } from '../crash/concurrent-buyers.ts';
import { startCrashHarness } from '../crash/crash-harness.ts';
import { copyDatabase, dropDatabase, migrateThrough, queryAt } from '../support/database.ts';
import { describeAll } from '../support/extent.ts';
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { waitFor } from '../support/wait-for.ts';

const LASTS_MS = 300_000;
const SERVED_WITHIN_MS = 90_000;
const BUYERS = 100;
const END_OTHERS = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`;

describeAll('behind PgBouncer in transaction mode', function () {
  this.timeout(LASTS_MS);
  let bouncer: PgBouncer;
  let databaseUrl: string;
  before(async () => {
    bouncer = await startPgBouncer(process.env.TEST_DATABASE_URL ?? '');
  });
  after(() => bouncer?.stop());
  beforeEach(async () => {
    databaseUrl = await copyDatabase('template1');
    await migrateThrough(bouncer.through(databaseUrl));
  });
  afterEach(() => dropDatabase(databaseUrl));

  it('every connection has the settings that the migrations store', async () => {
    const settings = `select current_setting('lock_timeout') as locks, current_setting('jit') as jit,
      current_setting('plan_cache_mode') as plans, current_setting('idle_in_transaction_session_timeout') as idle`;
    // What a process has set stays on the connection that it had: the settings of the database count for new ones.
    await queryAt(databaseUrl, END_OTHERS);
    const ask = () => queryAt(bouncer.through(databaseUrl), settings);
    expect(await waitFor('PgBouncer connects again', ask)).to.deep.equal([
      { locks: '15s', jit: 'off', plans: 'force_generic_plan', idle: '10s' },
    ]);
  });

  it('named statements of two processes do not meet where it keeps them apart; elsewhere the log says so', async () => {
    let reports = 0;
    listenToFacts((name) => {
      if (name === 'database.statement_names.error') reports += 1;
    });
    const failures: unknown[] = [];
    logger.silent = true;
    for (let processes = 0; processes < 2; processes++) {
      const db = await openDatabase({ url: bouncer.through(databaseUrl), entities: ENTITIES, connections: 1 });
      await db.query('select $1::int as n', [1]).catch((error) => failures.push(error));
      await db.close();
    }
    logger.silent = false;
    expect([failures.length, reports], String(failures)).to.deep.equal(bouncer.keepsNames ? [0, 0] : [1, 1]);
  });

  it('a hundred purchases complete without named statements', () => buy({ isNamed: false }));

  it('a hundred purchases complete with named statements, if it keeps them apart', async () => {
    if (bouncer.keepsNames) await buy({ isNamed: true });
  });

  async function buy({ isNamed }: { isNamed: boolean }): Promise<void> {
    const env = { DATABASE_NAMED_STATEMENTS: String(isNamed) };
    const processesUrl = bouncer.through(databaseUrl);
    const harness = await startCrashHarness({ databaseUrl, processesUrl, webs: 2, workers: 2, env });
    try {
      const buyers = await concurrentBuyersAt(harness);
      await buyers.send(BUYERS);
      await buyers.expectAllServed(SERVED_WITHIN_MS);
      for (const failure of ['job.dead.failed', 'http.failed']) expect(harness.said(failure)).to.deep.equal([]);
    } finally {
      await harness.stop();
    }
  }
});
