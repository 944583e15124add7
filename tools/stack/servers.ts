import { join } from 'node:path';
import { type EmbeddedPostgres, startPostgres } from '../embedded/postgres.ts';
import { type EmbeddedRedis, startRedis } from '../embedded/redis.ts';

/** Postgres and Redis of a stack, embedded or external (`embedded` null). */
export interface Servers {
  postgres: { embedded: EmbeddedPostgres | null; url: string };
  redis: { embedded: EmbeddedRedis | null; url: string };
}

export interface ServerOptions {
  dataDir: string;
  log: (line: string) => void;
  databaseUrl?: string | undefined;
  redisUrl?: string | undefined;
  settings?: Record<string, string> | undefined;
}

const WISHED = { postgres: 54320, redis: 63790 };

/** Starts the embedded PostgreSQL of the folder, on `port` if it is free. */
export function launchPostgres(options: ServerOptions, port: number = WISHED.postgres): Promise<EmbeddedPostgres> {
  return startPostgres({
    dataDir: join(options.dataDir, 'postgres'),
    logFile: join(options.dataDir, 'logs', 'postgres.log'),
    port,
    ...(options.settings && { settings: options.settings }),
  });
}

/** Starts the embedded Redis of the folder, on `port` if it is free. */
export function launchRedis(options: ServerOptions, port: number = WISHED.redis): Promise<EmbeddedRedis> {
  return startRedis({
    dataDir: join(options.dataDir, 'redis'),
    logFile: join(options.dataDir, 'logs', 'redis.log'),
    log: options.log,
    port,
  });
}

/** Starts the servers for which no URL was given. */
export async function startServers(options: ServerOptions): Promise<Servers> {
  const { log } = options;
  const postgres = options.databaseUrl ? null : await launchPostgres(options);
  if (postgres) log(`PostgreSQL runs (process ${postgres.pid}, port ${postgres.port}, data in ${postgres.dataDir})`);
  try {
    const redis = options.redisUrl ? null : await launchRedis(options);
    if (redis) log(`Redis runs (process ${redis.pid}, port ${redis.port})`);
    return {
      postgres: { embedded: postgres, url: options.databaseUrl ?? postgres?.url ?? '' },
      redis: { embedded: redis, url: options.redisUrl ?? redis?.url ?? '' },
    };
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
}

/** Restarts a killed server with the same data and port; throws when another program has taken the port. */
export async function relaunch<T extends { url: string; port: number; stop(): Promise<void> }>(
  old: T | null,
  launch: (port: number) => Promise<T>,
): Promise<T> {
  if (!old) throw new Error('this server is not ours to restart');
  await old.stop();
  const server = await launch(old.port);
  if (server.url === old.url) return server;
  await server.stop();
  throw new Error(`port ${old.port} was taken by another program while the server was down`);
}
