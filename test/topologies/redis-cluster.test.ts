import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { type CrashHarness, startCrashHarness } from '../crash/crash-harness.ts';
import { describeAll } from '../support/extent.ts';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts';
import { buyWhile } from './buyers-of-two-webs.ts';

/** Longer than all redirections and retries of a command together. */
const AWAY_MS = 8_000;

describeAll('a Redis Cluster of three masters with a replica each', function () {
  this.timeout(300_000);
  let folder: string;
  let cluster: RedisCluster;
  let harness: CrashHarness;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vcecom-cluster-'));
    cluster = await startRedisCluster(folder);
    harness = await startCrashHarness({ redisUrl: cluster.url, webs: 2, workers: 2 });
  });
  after(async () => {
    await harness?.stop();
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
    expect(harness.said('process.stop.forced')).to.deep.equal([]);
  });

  it('carries a hundred purchases', async () => {
    await buyWhile(harness, async () => undefined);
    expect(harness.said('versions.subscribe_failed')).to.deep.equal([]);
  });

  for (const [what, key] of [
    ['the queue of checkouts', '{checkout}:x'],
    ['the versions of the caches', '{vcecom}:x'],
  ] as const) {
    it(`carries a hundred purchases while the node with ${what} is killed`, async () => {
      const master = await cluster.masterOf(key);
      await buyWhile(harness, async () => {
        await master.kill();
        await cluster.failedOver(key, master);
      });
      await master.restart();
      await cluster.whole();
      expect(harness.ends).to.deep.equal([]);
    });
  }

  it('carries a hundred purchases while the node with the queue of checkouts and its replica are away for long', async () => {
    const master = await cluster.masterOf('{checkout}:x');
    const replica = await cluster.replicaOf(master);
    await buyWhile(harness, async () => {
      await Promise.all([replica.kill(), master.kill()]);
      await pause(AWAY_MS);
      await Promise.all([master.restart(), replica.restart()]);
      await cluster.whole();
    });
    expect(harness.ends).to.deep.equal([]);
  });
});
