import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError } from '../../../src/infra/config.ts';
import { checkRedisSettings } from '../../../src/infra/redis/start-check.ts';
import { reservePort } from '../../../tools/embedded/ports.ts';
import { type EmbeddedRedis, startRedis } from '../../../tools/embedded/redis.ts';

describe('the check of the Redis settings at the start', () => {
  let folder: string;
  let node: EmbeddedRedis;
  let plain: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vcecom-redis-'));
    const settings = { 'cluster-enabled': 'yes', 'cluster-port': String(await reservePort()) };
    node = await startRedis({ dataDir: join(folder, 'node'), settings, appendonly: false });
    plain = new URL(process.env.TEST_REDIS_URL ?? '').host;
  });
  after(async () => {
    await node?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const refusal = async (url: string, cacheUrl?: string): Promise<string> => {
    const config = { REDIS_URL: url, CACHE_REDIS_URL: cacheUrl, REDIS_CA: undefined };
    const error = await checkRedisSettings(config).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error !== undefined && !(error instanceof ConfigError)) throw error;
    return error?.message ?? '';
  };

  it('accepts the right one, and servers that are away', async () => {
    expect(await refusal(`redis://${plain}`)).to.equal('');
    expect(await refusal(`redis+cluster://127.0.0.1:${node.port}`)).to.equal('');
    expect(await refusal('redis+cluster://127.0.0.1:1,127.0.0.1:2')).to.equal('');
  });

  it('refuses a node of a cluster that is given as a server', async () => {
    expect(await refusal(`redis://127.0.0.1:${node.port}`)).to.equal(
      `REDIS_URL: 127.0.0.1:${node.port} is a node of a Redis Cluster: write redis+cluster://host:port,host:port with some of its nodes`,
    );
    expect(await refusal(`redis://${plain}`, `redis://127.0.0.1:${node.port}`)).to.match(/^CACHE_REDIS_URL: /);
  });

  it('names both settings when both are wrong', async () => {
    const wrong = `redis://127.0.0.1:${node.port}`;
    const lines = (await refusal(wrong, wrong)).split('\n');
    expect(lines.map((line) => line.split(':')[0])).to.deep.equal(['REDIS_URL', 'CACHE_REDIS_URL']);
  });

  it('asks a server as the processes do, with the options of the URL', async () => {
    expect(await refusal(`redis://${plain}?username=nobody&password=wrong`)).to.include('refuses the user or password');
    expect(await refusal(`redis://nobody:p@ss@${plain}`)).to.include('refuses the user or password');
  });

  it('refuses a server that is given as a cluster or as a Sentinel', async () => {
    expect(await refusal(`redis+cluster://127.0.0.1:1,${plain}`)).to.equal(
      `REDIS_URL: ${plain} is no node of a Redis Cluster: write redis://host:port`,
    );
    expect(await refusal(`redis+sentinel://${plain}/mymaster`)).to.equal(
      `REDIS_URL: ${plain} is no Sentinel: write redis://host:port`,
    );
  });

  it('refuses TLS to a port without it', async () => {
    expect(await refusal(`rediss://${plain}`)).to.equal(
      `REDIS_URL: ${plain} has no TLS: write redis instead of rediss`,
    );
  });

  it('refuses a password that the server refuses', async () => {
    expect(await refusal(`redis://nobody:wrong@${plain}`)).to.include('refuses the user or password');
  });
});
