import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openQueues, type Queues } from '../../src/infra/queue/queue.ts';
import type { RedisClient } from '../../src/infra/redis/connections.ts';
import { openRedis } from '../../src/infra/redis/redis.ts';
import { JOBS, SCHEDULES } from '../../src/jobs/schedule.ts';
import type { PaymentProvider } from '../../src/ports/payments/port.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { startWorkers } from '../../src/workers/runtime/start.ts';
import { type EmbeddedRedis, startRedis } from '../../tools/embedded/redis.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { recordFacts } from '../support/facts.ts';
import { waitFor } from '../support/wait-for.ts';

/** The relay asks every 3 s, the sweeper every 2.5 s. */
const STATEMENTS_PER_SECOND = 1 / 3 + 1 / 2.5;
/** Of the worker and of the scripts that it calls. */
const COMMANDS_PER_SECOND = 20;

describe('an idle worker', function () {
  this.timeout(60_000);
  let folder: string;
  let server: EmbeddedRedis;
  let database: FreshDatabase;
  let redis: RedisClient;
  let consumer: RedisClient;
  let queues: Queues;
  let stop: () => Promise<void>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vcecom-idle-'));
    [server, database] = await Promise.all([
      startRedis({ dataDir: join(folder, 'redis'), appendonly: false }),
      freshDatabase(),
    ]);
    [redis, consumer] = [openRedis(server.url, 'produce'), openRedis(server.url, 'consume')];
    await waitFor('Redis', () => redis.status === 'ready' && consumer.status === 'ready');
    queues = openQueues(JOBS, redis);
    // These run scheduled jobs once a minute.
    for (const queue of queues.all) if (SCHEDULES.some(({ job }) => job.queue === queue.name)) await queue.pause();
    await queueOf('reconciliation')?.upsertJobScheduler('reconciliation.sweep', { pattern: '*/3 * * * * *' });
    const provider: Partial<PaymentProvider> = { availability: () => 'available' };
    const deps: Partial<WorkerDeps> = { db: database.db, queues, provider: provider as PaymentProvider };
    const facts = recordFacts();
    const options = { connection: consumer, concurrency: 4, giveUp: (reason: string) => expect.fail(reason) };
    stop = startWorkers(deps as WorkerDeps, options);
    await waitFor('its schedules are stored', () => facts.of('schedule.stored').length === SCHEDULES.length);
    facts.stop();
  });
  after(async () => {
    await stop?.();
    await queues?.close();
    consumer?.disconnect();
    redis?.disconnect();
    await database?.close();
    await server?.stop();
    await rm(folder, { recursive: true });
  });

  const queueOf = (name: string) => queues.all.find((queue) => queue.name === name);
  const commands = async () => Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1]);

  it('asks PostgreSQL and Redis little, at a rate that does not depend on the machine', async () => {
    let statements = 0;
    const count = () => {
      statements += 1;
    };
    const [startedAt, before] = [performance.now(), await commands()];
    database.db.pool.on('acquire', count);
    await waitFor('relay and sweeper have asked again and again', () => statements >= 4, 30_000);
    database.db.pool.off('acquire', count);
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(statements).to.be.at.most(STATEMENTS_PER_SECOND * seconds + 2);
    expect((await commands()) - before).to.be.at.most(COMMANDS_PER_SECOND * seconds + COMMANDS_PER_SECOND);
  });

  it('has removed the schedule of the sweeper that the release before stored', async () => {
    const gone = async () => (await queueOf('reconciliation')?.getJobScheduler('reconciliation.sweep')) === undefined;
    await waitFor('it is removed', gone, 15_000);
  });

  it('starts the sweeper for the first row that is due', async () => {
    await database.db.query(`insert into cache_invalidations (name) values ('bundles')`);
    const isStarted = async () => {
      const jobs = (await queueOf('reconciliation')?.getJobs(['waiting', 'delayed'])) ?? [];
      return jobs.some(({ id }) => /^reconciliation\.sweep-\d+$/.test(id ?? ''));
    };
    await waitFor('it is started', isStarted, 10_000);
  });
});
