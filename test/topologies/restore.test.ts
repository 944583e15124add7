import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import pg from 'pg';
import { openVault } from '../../src/entities/account/privacy/vault.ts';
import { ENTITIES } from '../../src/entities/schema.ts';
import { openDatabase } from '../../src/infra/database/database.ts';
import { stripeProvider } from '../../src/ports/payments/stripe.ts';
import { type EmbeddedPostgres, startPostgres } from '../../tools/embedded/postgres.ts';
import { seedPeople } from '../../tools/seed/people.ts';
import { DEVELOPMENT } from '../../tools/stack/environment.ts';
import { expectQuiet } from '../crash/accounts.ts';
import { concurrentBuyersAt } from '../crash/concurrent-buyers.ts';
import { type CrashHarness, startCrashHarness } from '../crash/crash-harness.ts';
import { type Found, reconcile, reportOf } from '../support/auditor.ts';
import { archiveLog, archiving, type BackupFolder, backUp, makeBackupFolder, restore } from '../support/backup.ts';
import { migrateAt, queryAt } from '../support/database.ts';
import { describeAll } from '../support/extent.ts';
import { type MovingAddress, openMovingAddress } from '../support/moving-address.ts';
import { type ShopProcesses, startShopProcesses } from '../support/shop-processes.ts';
import { type Charge, charges } from '../support/simulator.ts';
import { openStaffClient, type StaffClient } from '../support/staff-client.ts';
import { waitFor } from '../support/wait-for.ts';

const LASTS_MS = 300_000;
const SERVED_WITHIN_MS = 90_000;
const [EARLY, LATE, LOST] = [40, 20, 20];
/** Orders that are refunded by so many paise. */
const [REFUNDED, REFUND] = [3, 500];
const COMPLETED = `select count(*)::int as count from checkouts where state = 'COMPLETED'`;
const UNKNOWN = 'provider.unknown-intent';

describeAll('a database restored to a point in time', function () {
  this.timeout(LASTS_MS);
  let folder: string;
  let backup: BackupFolder;
  let settings: Record<string, string>;
  let server: EmbeddedPostgres;
  let entry: MovingAddress;
  let harness: CrashHarness;
  let processes: ShopProcesses;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vcecom-restore-'));
    await chmod(folder, 0o755);
    backup = await makeBackupFolder(join(folder, 'backup'));
    // What was archived survives, whether or not the server wrote to its own disk.
    settings = { fsync: 'off', ...archiving(backup) };
    server = await startPostgres({ dataDir: join(folder, 'data'), settings });
    await migrateAt(server.url);
    await addStaff(server.url);
    entry = await openMovingAddress(0);
    const SIMULATOR_WEBHOOK_URL = `http://127.0.0.1:${entry.port}/api/v1/webhooks/payments/stripe`;
    const env = { SIMULATOR_WEBHOOK_URL };
    harness = await startCrashHarness({ databaseUrl: server.url, webs: 0, workers: 0, env });
  });
  after(async () => {
    await processes?.stop();
    await harness?.stop();
    await entry?.close();
    await server?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('has every purchase until then; reconciliation finds the charges of later ones; purchases go on', async () => {
    await start('before');
    const [kept, lost] = [await buyers(), await buyers()];
    await Promise.all([backUp(server, backup), kept.send(EARLY)]);
    const refunds = await requestRefunds();
    await kept.send(LATE);
    // Some of them are not paid yet at this instant, and no refund is.
    const [now] = await queryAt<{ time: string }>(server.url, 'select clock_timestamp()::text as time');
    await refunds.carryOut();
    await lost.send(LOST);
    await waitFor('all are paid', async () => (await completed()) === EARLY + LATE + LOST, SERVED_WITHIN_MS);
    await archiveLog(server);

    await server.kill();
    await rm(server.dataDir, { recursive: true, force: true, maxRetries: 20 });
    await processes.stop();
    await emptyRedis();
    server = await restore(server, backup, { until: now?.time ?? '', settings });
    await queryAt(server.url, `select setval('order_number', (select last_value from order_number) + 10000)`);
    await start('after');
    await expectQuiet(harness, SERVED_WITHIN_MS);

    // The restored database repeats the refunds, and the provider its answers.
    expect(await refundedAmounts(refunds.checkoutIds)).to.deep.equal(Array(REFUNDED).fill(REFUND));
    const unknown = await chargesWithoutCheckout();
    expect(unknown).to.have.length(LOST);
    await reconcileAndRefund(unknown);
    await kept.expectAllServed(SERVED_WITHIN_MS);
    const more = await buyers();
    await more.send(20);
    await more.expectAllServed(SERVED_WITHIN_MS);
    expect([processes.ends, processes.said('http.failed'), processes.said('job.dead.failed')]).to.deep.equal([
      [],
      [],
      [],
    ]);
  });

  async function start(name: string): Promise<void> {
    processes = await startShopProcesses(harness, { name, folder, webs: 2, workers: 2 });
    entry.leadTo(Number(new URL(processes.shops[0]?.url ?? '').port));
  }

  const buyers = () => concurrentBuyersAt({ ...harness, shops: processes.shops });
  const completed = async () => (await harness.books.query<{ count: number }>(COMPLETED))[0]?.count;

  /** Has staff request refunds that wait for the locks of their checkouts. `carryOut` lets them go on, and waits for their end. */
  async function requestRefunds(): Promise<{ checkoutIds: string[]; carryOut(): Promise<void> }> {
    await waitFor('orders', async () => ((await completed()) ?? 0) >= REFUNDED, SERVED_WITHIN_MS);
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query('begin');
    const { rows } = await client.query<{ id: string; orderId: string }>(
      `select id, order_id as "orderId" from checkouts where state = 'COMPLETED' order by id limit ${REFUNDED} for update`,
    );
    const staff = await openStaffClient(processes.shops[0]?.url ?? '');
    const told = rows.map(({ orderId }) => staff.tell(orderId, 'refunds', { amount: REFUND, reason: 'Goodwill' }));
    const pending = `select 1 from order_commands where state = 'pending'`;
    await waitFor('the commands', async () => (await queryAt(server.url, pending)).length === REFUNDED);
    return {
      checkoutIds: rows.map(({ id }) => id),
      async carryOut() {
        await client.query('commit');
        await client.end();
        expect((await Promise.all(told)).map(({ state }) => state)).to.deep.equal(told.map(() => 'done'));
        await expectQuiet(harness, SERVED_WITHIN_MS);
      },
    };
  }

  /** What the provider has refunded of the charges for these checkouts, in paise. */
  async function refundedAmounts(checkoutIds: readonly string[]): Promise<number[]> {
    const of = (await charges(harness.simulator)).filter(({ checkoutId }) => checkoutIds.includes(checkoutId ?? ''));
    return of.map(({ refunded }) => refunded);
  }

  async function emptyRedis(): Promise<void> {
    const redis = new Redis(harness.redis.url);
    await redis.flushall();
    redis.disconnect();
  }

  async function chargesWithoutCheckout(): Promise<Charge[]> {
    const known = await harness.books.query<{ id: string }>('select id from checkouts');
    const ids = new Set(known.map(({ id }) => id));
    return (await charges(harness.simulator)).filter(({ checkoutId }) => !ids.has(checkoutId ?? ''));
  }

  /** What staff do, as docs/runbook.md says. */
  async function reconcileAndRefund(unknown: readonly Charge[]): Promise<void> {
    const staff = await openStaffClient(processes.shops[0]?.url ?? '');
    const forPersons = await found(staff);
    expect(forPersons.map(({ kind }) => kind)).to.deep.equal(unknown.map(() => UNKNOWN));
    expect(forPersons.map(({ facts }) => facts.intentId).sort()).to.deep.equal(
      unknown.map(({ intentId }) => intentId).sort(),
    );
    const { STRIPE_SECRET_KEY: secretKey } = DEVELOPMENT;
    const provider = stripeProvider({ secretKey, webhookSecret: 'unused', apiUrl: harness.simulator });
    for (const { intentId, amount } of unknown)
      await provider.refund({ intentId, amount, key: `restored-${intentId}`, reference: intentId });
    expect(await found(staff)).to.deep.equal([]);
  }
});

/** What a run by hand leaves to persons. */
async function found(staff: StaffClient): Promise<Found[]> {
  const report = await reportOf(staff, await reconcile(staff, 'recent'));
  return report.filter(({ state }) => state === 'person');
}

async function addStaff(url: string): Promise<void> {
  const db = await openDatabase({ url, entities: ENTITIES });
  const vault = openVault({ dataKeys: DEVELOPMENT.DATA_KEYS, secret: DEVELOPMENT.APP_SECRET });
  await seedPeople(db, vault).finally(() => db.close());
}
