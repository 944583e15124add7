import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { ENTITIES, MIGRATIONS, migrate } from '../../src/entities/schema.ts';
import { openDatabase } from '../../src/infra/database.ts';
import { startPostgres } from '../../src/infra/embedded/postgres.ts';
import { queuePrefix } from '../../src/infra/queue.ts';
import { SCHEDULES } from '../../src/jobs/schedule.ts';
import { waitFor } from '../support/wait-for.ts';
import { trials } from './campaign.ts';
import { anyUpTo, crowdAt } from './crowd.ts';
import type { Stand } from './stand.ts';

const SERVED_WITHIN_MS = 60_000;
const STORED_AGAIN_WITHIN_MS = 10_000;
const REDIS_AWAY_MS = 5_000;

describe('Redis or Postgres goes away while fifty purchases are under way', () => {
  trials(
    [
      { title: 'Postgres stops, and is killed: whoever asks again is served, no process ends', run: restartPostgres },
      { title: 'Redis is emptied: purchases complete, schedules are there again', run: emptyRedis },
      { title: 'Redis is killed and started again: purchases complete', run: killRedis },
      { title: 'Redis is away for five seconds: purchases are accepted, and complete later', run: missRedis },
    ],
    { isLong: true },
  );
});

async function emptyRedis(stand: Stand): Promise<void> {
  const crowd = await crowdAt(stand);
  await crowd.send(50, anyUpTo(40));
  const redis = new Redis(stand.redis.url);
  await redis.flushall();
  redis.disconnect();
  await waitFor('the schedules are there again', () => expectSchedules(stand), STORED_AGAIN_WITHIN_MS);
  await crowd.expectAllServed(SERVED_WITHIN_MS);
}

async function expectSchedules({ redis }: Stand): Promise<true> {
  for (const { job } of SCHEDULES) {
    const queue = new Queue(job.queue, { connection: { url: redis.url }, prefix: queuePrefix(job.queue) });
    const scheduler = await queue.getJobScheduler(job.name);
    await queue.close();
    expect(scheduler?.next, job.name).to.be.above(Date.now() - 10_000);
  }
  return true;
}

async function killRedis(stand: Stand): Promise<void> {
  const crowd = await crowdAt(stand);
  await crowd.send(50, anyUpTo(40));
  await stand.redis.kill();
  await stand.redis.start();
  await crowd.expectAllServed(SERVED_WITHIN_MS);
}

async function missRedis(stand: Stand): Promise<void> {
  const crowd = await crowdAt(stand);
  await crowd.send(25, anyUpTo(20));
  await stand.redis.kill();
  // All of them are accepted before Redis is back.
  await Promise.all([crowd.send(25), pause(REDIS_AWAY_MS)]);
  await stand.redis.start();
  await crowd.expectAllServed(SERVED_WITHIN_MS);
}

async function restartPostgres(other: Stand): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vcecom-crash-'));
  await chmod(folder, 0o755);
  // Commits wait for the log: what is acknowledged must outlive the kill of the server, though not of the machine.
  const options = { dataDir: join(folder, 'postgres'), settings: { fsync: 'off' } };
  let postgres = await startPostgres(options);
  const { url, port } = postgres;
  let stand: Stand | undefined;
  try {
    await migrateAt(url);
    stand = await other.beside(url);
    const pids = [stand.pid('web'), stand.pid('worker')];
    const crowd = await crowdAt(stand);
    for (const end of ['stop', 'kill'] as const) {
      await crowd.send(25, anyUpTo(20));
      await postgres[end]();
      postgres = await startPostgres({ ...options, port });
    }
    await crowd.expectAllServed(SERVED_WITHIN_MS);
    expect([stand.pid('web'), stand.pid('worker')]).to.deep.equal(pids);
    expect(stand.ends).to.deep.equal([]);
  } finally {
    await stand?.stop();
    await postgres.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

async function migrateAt(url: string): Promise<void> {
  const db = await openDatabase({ url, entities: ENTITIES, migrations: MIGRATIONS });
  await migrate(db);
  await db.orm.close();
}
