import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CrashHarness, startCrashHarness } from '../crash/crash-harness.ts';
import { describeAll } from '../support/extent.ts';
import { startWatchedRedis, type WatchedRedis } from '../support/redis-sentinels.ts';
import { waitFor } from '../support/wait-for.ts';
import { buyWhile } from './buyers-of-two-webs.ts';

describeAll('a Redis that Sentinels watch', function () {
  this.timeout(300_000);
  let folder: string;
  let redis: WatchedRedis;
  let harness: CrashHarness;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vcecom-sentinel-'));
    redis = await startWatchedRedis(folder);
    harness = await startCrashHarness({ redisUrl: redis.url, webs: 2, workers: 2 });
  });
  afterEach(async () => {
    await harness?.stop();
    await redis?.stop();
    await rm(folder, { recursive: true, force: true });
    expect(harness.said('process.stop.forced')).to.deep.equal([]);
  });

  const checks = async () => {
    const { status } = await fetch(`${harness.shop.url}/readyz`);
    return status;
  };

  it('carries a hundred purchases while the master is killed; readiness tells, and recovers', async () => {
    await buyWhile(harness, async () => {
      const master = await redis.master();
      await master.kill();
      await waitFor('readiness tells', async () => (await checks()) === 503);
      await redis.failedOver(master);
    });
    await waitFor('the process is ready', async () => (await checks()) === 200);
    expect(harness.ends).to.deep.equal([]);
  });

  it('carries a hundred purchases while the master becomes a replica and stays', async () => {
    await buyWhile(harness, async () => {
      const master = await redis.master();
      await redis.switchOver();
      await redis.failedOver(master);
    });
    await waitFor('the process is ready', async () => (await checks()) === 200);
    expect(harness.ends).to.deep.equal([]);
  });
});
