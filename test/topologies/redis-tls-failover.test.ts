import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startCrashHarness } from '../crash/crash-harness.ts';
import { type Certificate, makeCertificate } from '../support/certificates.ts';
import { describeAll } from '../support/extent.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { startWatchedRedis } from '../support/redis-sentinels.ts';
import { buyWhile } from './buyers-of-two-webs.ts';

const CHECKOUTS = '{checkout}:x';

describeAll('a failover of a Redis with TLS', function () {
  this.timeout(300_000);
  let folder: string;
  let certificate: Certificate;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vcecom-tls-'));
    certificate = await makeCertificate(folder, 'shop');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('in a cluster does not stop a hundred purchases', async () => {
    const cluster = await startRedisCluster(folder, { certificate });
    expect(cluster.url).to.match(/^rediss\+cluster:/);
    await buyAt(cluster, async () => {
      const master = await cluster.masterOf(CHECKOUTS);
      await master.kill();
      await cluster.failedOver(CHECKOUTS, master);
    });
  });

  it('that Sentinels watch does not stop a hundred purchases', async () => {
    const redis = await startWatchedRedis(folder, certificate);
    expect(redis.url).to.match(/^rediss\+sentinel:/);
    await buyAt(redis, async () => {
      const master = await redis.master();
      await master.kill();
      await redis.failedOver(master);
    });
  });

  async function buyAt(redis: { url: string; stop(): Promise<void> }, disturb: () => Promise<void>): Promise<void> {
    const env = { REDIS_CA: certificate.ca };
    try {
      const harness = await startCrashHarness({ redisUrl: redis.url, env, webs: 2, workers: 2 });
      await buyWhile(harness, disturb).finally(() => harness.stop());
      expect([harness.ends, harness.said('process.stop.forced')]).to.deep.equal([[], []]);
    } finally {
      await redis.stop();
    }
  }
});
