import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { queuePrefix } from '../../src/infra/queue/queue.ts';
import { SCHEDULES } from '../../src/jobs/schedule.ts';
import { type EmbeddedPostgres, startPostgres } from '../../tools/embedded/postgres.ts';
import { migrateAt } from '../support/database.ts';
import { describeAll } from '../support/extent.ts';
import { scaled } from '../support/pace.ts';
import { fillConnections, freeze } from '../support/server-faults.ts';
import { waitFor } from '../support/wait-for.ts';
import { trials } from './campaign.ts';
import { anyUpTo, concurrentBuyersAt } from './concurrent-buyers.ts';
import type { CrashHarness } from './crash-harness.ts';

const SERVED_WITHIN_MS = 60_000;
const STORED_AGAIN_WITHIN_MS = 10_000;
const REDIS_AWAY_MS = 5_000;
const FROZEN_ANSWER_MS = 26_000;
const REFUSED_ANSWER_MS = 6_000;

describeAll('Postgres goes away while fifty purchases are under way', () => {
  trials(
    [
      {
        title: 'it stops, and is killed: customers who ask again are served, no process ends',
        run: withOwnPostgres(restartPostgres),
      },
      { title: 'it is frozen: a clear 503, then purchases complete', run: withOwnPostgres(freezePostgres) },
      {
        title: 'it is full of connections: a clear 503, then purchases complete',
        run: withOwnPostgres(fillPostgres, { max_connections: '60' }),
      },
    ],
    { isLong: true },
  );
});

describe('Redis goes away while fifty purchases are under way', () => {
  trials(
    [
      { title: 'it is emptied: purchases complete, schedules are there again', run: emptyRedis },
      { title: 'it is killed and started again: purchases complete', run: killRedis },
      { title: 'it is away for five seconds: purchases are accepted, and complete later', run: missRedis },
    ],
    { isLong: true },
  );
});

async function emptyRedis(harness: CrashHarness): Promise<void> {
  const buyers = await concurrentBuyersAt(harness);
  await buyers.send(50, anyUpTo(40));
  const redis = new Redis(harness.redis.url);
  await redis.flushall();
  redis.disconnect();
  await waitFor('the schedules are there again', () => expectSchedules(harness), STORED_AGAIN_WITHIN_MS);
  await buyers.expectAllServed(SERVED_WITHIN_MS);
}

async function expectSchedules({ redis }: CrashHarness): Promise<true> {
  for (const { job } of SCHEDULES) {
    const queue = new Queue(job.queue, { connection: { url: redis.url }, prefix: queuePrefix(job.queue) });
    const scheduler = await queue.getJobScheduler(job.name);
    await queue.close();
    expect(scheduler?.next, job.name).to.be.above(Date.now() - 10_000);
  }
  return true;
}

async function killRedis(harness: CrashHarness): Promise<void> {
  const buyers = await concurrentBuyersAt(harness);
  await buyers.send(50, anyUpTo(40));
  await harness.redis.kill();
  await harness.redis.start();
  await buyers.expectAllServed(SERVED_WITHIN_MS);
}

async function missRedis(harness: CrashHarness): Promise<void> {
  const buyers = await concurrentBuyersAt(harness);
  await buyers.send(25, anyUpTo(20));
  await harness.redis.kill();
  // All of them are accepted before Redis is back.
  await Promise.all([buyers.send(25), pause(REDIS_AWAY_MS)]);
  await harness.redis.start();
  await buyers.expectAllServed(SERVED_WITHIN_MS);
}

/** Commits wait for the log: what is acknowledged must outlive the kill of the server, though not of the machine. */
const DURABLE = { fsync: 'off' };

interface OwnPostgres {
  harness: CrashHarness;
  /** The server as it is now; another takes its place by `restart`. */
  server(): EmbeddedPostgres;
  restart(end: 'stop' | 'kill'): Promise<void>;
}

/** Does something to a stand whose Postgres nobody else uses. */
function withOwnPostgres(run: (own: OwnPostgres) => Promise<void>, settings: Record<string, string> = {}) {
  return async (other: CrashHarness): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), 'vcecom-crash-'));
    await chmod(folder, 0o755);
    const options = { dataDir: join(folder, 'postgres'), settings: { ...DURABLE, ...settings } };
    let postgres = await startPostgres(options);
    const { url, port } = postgres;
    let harness: CrashHarness | undefined;
    try {
      await migrateAt(url);
      harness = await other.beside(url);
      const restart = async (end: 'stop' | 'kill') => {
        await postgres[end]();
        postgres = await startPostgres({ ...options, port });
      };
      await run({ harness, server: () => postgres, restart });
    } finally {
      await harness?.stop();
      await postgres.remove();
      await rm(folder, { recursive: true, force: true });
    }
  };
}

async function restartPostgres({ harness, restart }: OwnPostgres): Promise<void> {
  const pids = [harness.pid('web'), harness.pid('worker')];
  const buyers = await concurrentBuyersAt(harness);
  for (const end of ['stop', 'kill'] as const) {
    await buyers.send(25, anyUpTo(20));
    await restart(end);
  }
  await buyers.expectAllServed(SERVED_WITHIN_MS);
  expect([harness.pid('web'), harness.pid('worker')]).to.deep.equal(pids);
  expect(harness.ends).to.deep.equal([]);
}

async function freezePostgres({ harness, server }: OwnPostgres): Promise<void> {
  const buyers = await concurrentBuyersAt(harness);
  await buyers.send(25, anyUpTo(20));
  const thaw = await freeze(server().pid);
  try {
    await expectUnready(harness);
    // A server that owes an answer for twenty seconds counts as gone.
    await expectUnavailable(harness, FROZEN_ANSWER_MS);
  } finally {
    await thaw();
  }
  await buyers.expectAllServed(SERVED_WITHIN_MS);
}

async function fillPostgres({ harness, server }: OwnPostgres): Promise<void> {
  const buyers = await concurrentBuyersAt(harness);
  await buyers.send(25, anyUpTo(20));
  const release = await fillConnections(server().url, [harness.pid('web'), harness.pid('worker')]);
  try {
    await expectUnready(harness);
    await expectUnavailable(harness, REFUSED_ANSWER_MS);
  } finally {
    await release();
  }
  await buyers.expectAllServed(SERVED_WITHIN_MS);
}

const expectUnready = (harness: CrashHarness) =>
  waitFor('readiness tells', async () => (await fetch(`${harness.shop.url}/readyz`)).status === 503);

async function expectUnavailable(harness: CrashHarness, withinMs: number): Promise<void> {
  const signal = AbortSignal.timeout(scaled(withinMs));
  const { status, headers } = await fetch(`${harness.shop.url}/api/v1/store/cart`, { method: 'POST', signal });
  expect(status).to.equal(503);
  expect(headers.get('retry-after')).to.match(/^\d+$/);
}
