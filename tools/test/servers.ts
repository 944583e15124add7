import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ENTITIES, MIGRATIONS, migrate } from '../../src/entities/schema.ts';
import { openDatabase } from '../../src/infra/database/database.ts';
import { logger } from '../../src/infra/observability/log.ts';
import { startPostgres } from '../embedded/postgres.ts';
import { startRedis } from '../embedded/redis.ts';

/** The servers of one test run. */
export interface TestServers {
  /** The environment of a lane, which has its own Redis. */
  env(lane: number): NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** The data does not outlive the run, so commits need not wait for the disk. Every statement is counted. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_preload_libraries: 'pg_stat_statements',
  max_connections: '500',
};

/**
 * Starts one PostgreSQL with the migrated template database that each test copies, and one Redis per lane;
 * `DATABASE_URL` and `REDIS_URL` replace them.
 */
export async function startServers(lanes: number): Promise<TestServers> {
  logger.level = 'error';
  const { DATABASE_URL, REDIS_URL } = process.env;
  const folder = await mkdtemp(join(tmpdir(), 'vcecom-servers-'));
  await chmod(folder, 0o755);
  const template = `vcecom_template_${randomBytes(4).toString('hex')}`;
  const started: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of started.splice(0).reverse()) await end();
  };
  try {
    const postgres = DATABASE_URL
      ? null
      : await startPostgres({ dataDir: join(folder, 'postgres'), settings: SETTINGS });
    if (postgres) started.push(postgres.remove);
    const redisUrls: string[] = [];
    for (let lane = 0; lane < lanes; lane++) {
      const redis = REDIS_URL ? null : await laneRedis(folder, lane);
      if (redis) started.push(redis.stop);
      redisUrls.push(redis?.url ?? withPath(REDIS_URL ?? '', String(lane)));
    }
    const databaseUrl = DATABASE_URL || (postgres?.url ?? '');
    if (!postgres) started.push(() => onServer(databaseUrl, `drop database if exists ${template} with (force)`));
    await makeTemplate(databaseUrl, template);
    const common = { TEST_DATABASE_URL: databaseUrl, TEST_TEMPLATE: template };
    return { env: (lane) => ({ ...common, TEST_REDIS_URL: redisUrls[lane] }), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const laneRedis = (folder: string, lane: number) =>
  startRedis({ dataDir: join(folder, `redis-${lane}`), logFile: join(folder, `redis-${lane}.log`), appendonly: false });

async function makeTemplate(serverUrl: string, name: string): Promise<void> {
  await onServer(serverUrl, `create database ${name}`);
  const db = await openDatabase({ url: withPath(serverUrl, name), entities: ENTITIES, migrations: MIGRATIONS });
  await migrate(db).finally(() => db.close());
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: withPath(url, 'postgres') });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

function withPath(url: string, path: string): string {
  const changed = new URL(url);
  changed.pathname = `/${path}`;
  return changed.href;
}
