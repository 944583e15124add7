import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';
import { openLayeredCache } from '../../../src/infra/cache/layered-cache.ts';
import { openVersions } from '../../../src/infra/cache/versions.ts';
import { notifyOfChange, subscribeToChanges } from '../../../src/infra/queue/change-notifications.ts';
import { done, handler } from '../../../src/infra/queue/handler.ts';
import { type Command, openQueues } from '../../../src/infra/queue/queue.ts';
import { startWorker } from '../../../src/infra/queue/worker.ts';
import type { RedisClient } from '../../../src/infra/redis/connections.ts';
import { openCounter } from '../../../src/infra/redis/rate-limit.ts';
import { openBlockingRedis, openRedis } from '../../../src/infra/redis/redis.ts';
import { reservePort } from '../../../tools/embedded/ports.ts';
import { startRedis } from '../../../tools/embedded/redis.ts';
import { type RedisCluster, startRedisCluster } from '../../support/redis-cluster.ts';
import { waitFor } from '../../support/wait-for.ts';

const job = (queue: string) => ({ queue, name: `run-${queue}`, payload: z.object({}), options: {} });
/** Their hash tags are on different nodes. */
const CONTRACTS = ['checkout', 'payments', 'mail'].map(job);

describe('a Redis Cluster', function () {
  this.timeout(60_000);
  let folder: string;
  let cluster: RedisCluster;
  let redis: RedisClient;
  let subscriber: Redis;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vcecom-cluster-'));
    cluster = await startRedisCluster(folder, { masters: 2, hasReplicas: false });
    [redis, subscriber] = [openRedis(cluster.url, 'produce'), openRedis(cluster.url, 'subscribe')];
    await waitFor('the nodes are there', () => redis.status === 'ready' && subscriber.status === 'ready');
  });
  after(async () => {
    redis?.disconnect();
    subscriber?.disconnect();
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps versions of cached values for all processes', async () => {
    const store = 'versions';
    const [mine, others] = [openVersions(redis, subscriber, store), openVersions(redis, subscriber, store)];
    const names = ['product:1', 'product:2', 'list'];
    await waitFor('versions are known', async () => (await others.of(names)) !== undefined);
    const before = await others.of(names);
    expect(await mine.raise(['product:1', 'list'])).to.equal(true);
    await waitFor('the other process knows it', async () => (await others.of(names)) !== before);
    expect(await mine.of(names)).to.equal(await others.of(names));
  });

  it('keeps values, and counts which are read most', async () => {
    const versions = openVersions(redis, subscriber, 'values');
    await waitFor('versions are known', async () => (await versions.of([])) !== undefined);
    const open = () => openLayeredCache({ redis, versions, store: 'values' });
    for (const key of ['product:1', 'product:2', 'product:3']) {
      const entry = { key, on: [key], seconds: 60 };
      await open().read(entry, async () => ({ key }));
      expect(await open().read(entry, async () => ({ key: 'made again' }))).to.deep.equal({ key });
    }
    await redis.zadd('values:popularity', 8, 'product:1', 2, 'product:2');
    await open().popularity.fade();
    expect(await open().popularity.most(5)).to.deep.equal(['product:1', 'product:2']);
  });

  it('counts requests', async () => {
    const counter = openCounter(redis, { name: 'cluster', points: 2, seconds: 60 });
    for (const key of ['a', 'b', 'c']) {
      await counter.spend(key);
      expect(await counter.spend(key)).to.include({ isOver: false, remaining: 0 });
      expect(await counter.spend(key)).to.include({ isOver: true });
      await counter.forget(key);
      expect(await counter.spend(key)).to.include({ isOver: false, remaining: 1 });
    }
  });

  it('lets a blocking connection end while it waits for its next attempt, as when a worker stops', async () => {
    const blocking = openBlockingRedis(`redis+cluster://127.0.0.1:${await reservePort()}`);
    blocking.on('error', () => undefined);
    await waitFor('it waits for its next attempt', () => blocking.status === 'reconnecting');
    const ended = once(blocking, 'end');
    blocking.disconnect();
    await ended;
  });

  it('is found by a connection that begins at a node which is no longer part of it', async () => {
    const settings = { 'cluster-enabled': 'yes', 'cluster-port': String(await reservePort()) };
    const removed = await startRedis({ dataDir: join(folder, 'removed'), settings, appendonly: false });
    const url = cluster.url.replace('//', `//127.0.0.1:${removed.port},`);
    // Each begins at a node of the URL by chance.
    const connections = Array.from({ length: 10 }, () => openBlockingRedis(url));
    try {
      const answers = await Promise.all(connections.map((connection) => connection.set('{checkout}:x', '1')));
      expect(new Set(answers)).to.deep.equal(new Set(['OK']));
    } finally {
      for (const connection of connections) connection.disconnect();
      await removed.stop();
    }
  });

  it('wakes those who wait for a change, on whatever node they listen', async () => {
    const notifications = subscribeToChanges(subscriber);
    const woken: string[] = [];
    for (const id of ['a', 'b', 'c']) notifications.listen(id, (change) => woken.push(change.id));
    const notifyAll = () => {
      for (const id of ['a', 'b', 'c']) notifyOfChange(redis, { id, busy: false });
      return new Set(woken).size === 3;
    };
    await waitFor('all are woken', notifyAll);
  });

  it('carries queues, and tells when a node lost what it had received', async () => {
    const consumer = openRedis(cluster.url, 'consume');
    const queues = openQueues(CONTRACTS, redis);
    const ran: string[] = [];
    const workers = CONTRACTS.map((contract) => {
      const run = handler(contract, async (_, { commandId }) => {
        ran.push(commandId);
        return done;
      });
      const openBlocking = () => openBlockingRedis(cluster.url);
      const options = { queue: contract.queue, connection: consumer, openBlocking, concurrency: 1 };
      return startWorker([run], { ...options, whenUnavailable: () => null });
    });
    const trace = { requestId: 'r', traceparent: '' };
    const commands = CONTRACTS.map(
      ({ queue, name }): Command => ({ id: `of-${queue}`, queue, name, payload: {}, trace }),
    );
    await queues.deliver(commands);
    await waitFor('all ran', () => ran.length === commands.length);
    expect(await queues.isWritable()).to.equal(true);
    await queues.markDelivered();
    expect(await queues.mayHaveLost()).to.equal(false);
    const [, oneNode] = (redis as Cluster).nodes('master');
    await oneNode?.flushall();
    expect(await queues.mayHaveLost()).to.equal(true);
    await Promise.all(workers.map(({ worker }) => worker.close()));
    await queues.close();
    consumer.disconnect();
  });
});
