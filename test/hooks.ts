import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startPostgres } from '../src/infra/embedded/postgres.ts';
import { type EmbeddedRedis, startRedis } from '../src/infra/embedded/redis.ts';
import { logger } from '../src/infra/log.ts';
import { prepareTemplate } from './support/database.ts';

let postgres: EmbeddedPostgres;
let redis: EmbeddedRedis;
let folder: string;

/** One Postgres and one Redis for the whole run; each test makes a database of its own. */
export async function mochaGlobalSetup(): Promise<void> {
  logger.level = 'error';
  folder = await mkdtemp(join(tmpdir(), 'vcecom-test-'));
  const fast = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  postgres = await startPostgres({ dataDir: join(folder, 'postgres'), settings: fast });
  redis = await startRedis({ dataDir: join(folder, 'redis'), appendonly: false });
  process.env.TEST_DATABASE_URL = postgres.url;
  process.env.TEST_REDIS_URL = redis.url;
  await prepareTemplate(postgres.url);
}

export async function mochaGlobalTeardown(): Promise<void> {
  await redis.stop();
  await postgres.remove();
  await rm(folder, { recursive: true, force: true });
}
