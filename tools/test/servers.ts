import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ENTITIES, MIGRATIONS, migrate } from '../../src/entities/schema.ts';
import { openDatabase } from '../../src/infra/database.ts';
import { startPostgres } from '../../src/infra/embedded/postgres.ts';
import { startRedis } from '../../src/infra/embedded/redis.ts';
import { logger } from '../../src/infra/log.ts';

/** The servers of one run of the tests. */
export interface TestServers {
  /** For the lane of that number, which has a Redis of its own. */
  env(lane: number): NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** Nothing here outlives the run: no need to wait for disks. Every statement is counted. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_preload_libraries: 'pg_stat_statements',
  max_connections: '500',
};

/**
 * Starts one PostgreSQL, with the migrated template that every test's own database is a copy of, and one Redis per lane;
 * `DATABASE_URL` and `REDIS_URL` replace them.
 */
export async function startServers(lanes: number): Promise<TestServers> {
  logger.level = 'error';
  const folder = await mkdtemp(join(tmpdir(), 'vcecom-test-'));
  await chmod(folder, 0o755);
  const { DATABASE_URL, REDIS_URL } = process.env;
  const postgres = DATABASE_URL ? null : await startPostgres({ dataDir: join(folder, 'postgres'), settings: SETTINGS });
  const redis = REDIS_URL ? [] : await Promise.all(Array.from({ length: lanes }, (_, lane) => laneRedis(folder, lane)));
  const databaseUrl = DATABASE_URL || (postgres?.url ?? '');
  const template = `vcecom_template_${randomBytes(4).toString('hex')}`;
  await makeTemplate(databaseUrl, template);
  return {
    env: (lane) => ({
      TEST_DATABASE_URL: databaseUrl,
      TEST_TEMPLATE: template,
      TEST_REDIS_URL: redis[lane]?.url ?? withPath(REDIS_URL ?? '', String(lane)),
    }),
    async stop() {
      if (!postgres) await onServer(databaseUrl, `drop database if exists ${template} with (force)`);
      for (const server of redis) await server.stop();
      await postgres?.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const laneRedis = (folder: string, lane: number) =>
  startRedis({ dataDir: join(folder, `redis-${lane}`), logFile: join(folder, `redis-${lane}.log`), appendonly: false });

async function makeTemplate(serverUrl: string, name: string): Promise<void> {
  await onServer(serverUrl, `create database ${name}`);
  const db = await openDatabase({ url: withPath(serverUrl, name), entities: ENTITIES, migrations: MIGRATIONS });
  await migrate(db);
  await db.orm.close();
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
