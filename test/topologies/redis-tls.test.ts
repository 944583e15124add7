import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError } from '../../src/infra/config.ts';
import { checkRedisSettings } from '../../src/infra/redis/start-check.ts';
import { reservePort } from '../../tools/embedded/ports.ts';
import { type EmbeddedRedis, startRedis } from '../../tools/embedded/redis.ts';
import { startCrashHarness } from '../crash/crash-harness.ts';
import { type Certificate, makeCertificate, redisTls } from '../support/certificates.ts';
import { describeAll } from '../support/extent.ts';
import { buyWhile } from './buyers-of-two-webs.ts';

describeAll('a Redis with TLS', function () {
  this.timeout(300_000);
  let folder: string;
  let certificate: Certificate;
  let redis: EmbeddedRedis;
  let url: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vcecom-tls-'));
    certificate = await makeCertificate(folder, 'shop');
    const port = await reservePort();
    redis = await startRedis({ dataDir: join(folder, 'redis'), settings: redisTls(certificate, port) });
    url = `rediss://127.0.0.1:${port}`;
  });
  after(async () => {
    await redis?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('carries a hundred purchases', async () => {
    const harness = await startCrashHarness({
      redisUrl: url,
      env: { REDIS_CA: certificate.ca },
      webs: 2,
      workers: 2,
    });
    try {
      await buyWhile(harness, async () => undefined);
      expect(harness.ends).to.deep.equal([]);
    } finally {
      await harness.stop();
    }
    expect(harness.said('process.stop.forced')).to.deep.equal([]);
  });

  const refusal = async (REDIS_URL: string, ca?: string): Promise<string> => {
    const config = { REDIS_URL, CACHE_REDIS_URL: undefined, REDIS_CA: ca && (await readFile(ca, 'utf8')) };
    const error: unknown = await checkRedisSettings(config).catch((thrown: unknown) => thrown);
    return error instanceof ConfigError ? error.message : String(error);
  };

  it('is refused at the start without its authority, with another one, and without TLS', async () => {
    const other = await makeCertificate(folder, 'other');
    expect(await refusal(url, certificate.ca)).to.equal('undefined');
    expect(await refusal(url)).to.match(/^REDIS_URL: .* not trusted .* set REDIS_CA/);
    expect(await refusal(url, other.ca)).to.match(/^REDIS_URL: .* not trusted .* set REDIS_CA/);
    expect(await refusal(url.replace('rediss', 'redis'))).to.include('expects TLS: write rediss instead of redis');
  });
});
