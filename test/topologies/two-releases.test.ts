import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { anyUpTo, concurrentBuyersAt } from '../crash/concurrent-buyers.ts';
import { type CrashHarness, startCrashHarness } from '../crash/crash-harness.ts';
import { copyDatabase, dropDatabase, migrateThrough } from '../support/database.ts';
import { describeAll } from '../support/extent.ts';
import { type MovingAddress, openMovingAddress } from '../support/moving-address.ts';
import { unpackPreviousRelease } from '../support/previous-release.ts';
import type { Shop } from '../support/shop.ts';
import { type ShopProcesses, startShopProcesses } from '../support/shop-processes.ts';

const LASTS_MS = 300_000;
const SERVED_WITHIN_MS = 90_000;
/** The release before kept a job that only newer workers know as a dead letter; a schedule runs it again. */
const UNKNOWN_JOB = 'no handler for ';

describeAll('an upgrade without a pause', function () {
  this.timeout(LASTS_MS);
  let folder: string;
  let previousMain: string;
  let databaseUrl: string;
  let entry: MovingAddress;
  let harness: CrashHarness;
  let previous: ShopProcesses;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vcecom-releases-'));
    await chmod(folder, 0o755);
    previousMain = unpackPreviousRelease(folder);
    databaseUrl = await copyDatabase('template1');
    await migrateThrough(databaseUrl, previousMain);
    entry = await openMovingAddress(0);
    const SIMULATOR_WEBHOOK_URL = `http://127.0.0.1:${entry.port}/api/v1/webhooks/payments/stripe`;
    harness = await startCrashHarness({ databaseUrl, webs: 0, workers: 0, env: { SIMULATOR_WEBHOOK_URL } });
    previous = await startShopProcesses(harness, { name: 'previous', folder, main: previousMain });
    entry.leadTo(portOf(previous));
  });
  after(async () => {
    await previous?.stop();
    await harness?.stop();
    await entry?.close();
    if (databaseUrl) await dropDatabase(databaseUrl);
    await rm(folder, { recursive: true, force: true });
  });

  it('a hundred purchases complete: before it, while it migrates, with both releases, and after the old one ended', async () => {
    const buyersAt = (shops: Shop[]) => concurrentBuyersAt({ ...harness, shops });
    const early = await buyersAt(previous.shops);
    await early.send(25, anyUpTo(10));
    await migrateThrough(databaseUrl);
    const current = await startShopProcesses(harness, { name: 'current', folder });
    try {
      const both = await buyersAt([
        ...previous.shops,
        ...current.shops,
        inTurns([...previous.shops, ...current.shops]),
      ]);
      await both.send(51);
      await both.expectAllServed(SERVED_WITHIN_MS);
      entry.leadTo(portOf(current));
      const late = await buyersAt(current.shops);
      await Promise.all([late.send(24), previous.stop()]);
      for (const buyers of [early, late]) await buyers.expectAllServed(SERVED_WITHIN_MS);
      expect([...previous.ends, ...current.ends]).to.deep.equal([]);
      for (const { said } of [previous, current]) {
        expect(said('http.failed')).to.deep.equal([]);
        expect(said('job.dead.failed').filter((line) => !line.includes(UNKNOWN_JOB))).to.deep.equal([]);
      }
    } finally {
      await current.stop();
    }
  });
});

const portOf = ({ shops: [shop] }: ShopProcesses): number => Number(new URL(shop?.url ?? '').port);

/** A client each of whose requests goes to the next shop, as behind a load balancer. */
function inTurns(shops: Shop[]): Shop {
  let turn = 0;
  const next = () => shops[turn++ % shops.length] as Shop;
  return { ...next(), ask: (...request) => next().ask(...request) };
}
