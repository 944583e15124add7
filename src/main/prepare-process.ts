import type { Redis } from 'ioredis';
import { type Config, ConfigError } from '../infra/config.ts';
import { armFailpoints } from '../infra/failpoint.ts';
import { sampleRequests } from '../infra/observability/access-log.ts';
import { watchEventLoop } from '../infra/observability/event-loop-watch.ts';
import { nameProcess } from '../infra/observability/identity.ts';
import { logger } from '../infra/observability/log.ts';
import { type MetricsServerOptions, serveMetrics } from '../infra/observability/metrics-server.ts';
import type { RedisClient } from '../infra/redis/connections.ts';
import { openRedis } from '../infra/redis/redis.ts';
import { checkRedisSettings } from '../infra/redis/start-check.ts';
import { FAILURES, SHOP_METRICS } from './shop-metrics.ts';

/** Applies the settings that every process has: log, failpoints, event loop watch. Call it first. */
export function prepareProcess(
  process: string,
  config: Pick<Config<'worker'>, 'LOG_LEVEL'> & Partial<Pick<Config<'web'>, 'FAILPOINT_FILE' | 'ACCESS_LOG_RATIO'>>,
): void {
  nameProcess(process);
  logger.level = config.LOG_LEVEL;
  sampleRequests(config.ACCESS_LOG_RATIO ?? 0);
  armFailpoints(process, config.FAILPOINT_FILE);
  watchEventLoop();
}

/**
 * Serves the metrics at METRICS_ADDRESS when it is set, and the health of a process without another port. Call it before
 * the process accepts work.
 * @returns a function that stops the server @throws ConfigError when the address is in use.
 */
export async function startMetrics(
  { METRICS_ADDRESS: address }: Config<'worker'> | Config<'web'>,
  sources: Pick<MetricsServerOptions, 'gaugeSets' | 'readiness'>,
): Promise<() => Promise<void>> {
  if (!address) return async () => undefined;
  const options = { address, factMetrics: SHOP_METRICS, failures: FAILURES, ...sources };
  return serveMetrics(options).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EADDRINUSE' ? 'is in use; every process needs an address of its own' : error.message;
    throw new ConfigError(`METRICS_ADDRESS: ${address} ${reason}`);
  });
}

/** The PostgreSQL connection options of the settings. */
export const databaseOptions = (config: Config<'worker'> | Config<'web'>) => ({
  url: config.DATABASE_URL,
  connections: config.DATABASE_CONNECTIONS,
  namesStatements: config.DATABASE_NAMED_STATEMENTS,
});

/**
 * Checks the Redis settings, then opens the connection that sends commands, and another one. @throws ConfigError when a
 * setting does not fit the server.
 */
export async function openRedisPair(config: Config<'web'>, role: 'subscribe'): Promise<[RedisClient, Redis]>;
export async function openRedisPair(config: Config<'worker'>, role: 'consume'): Promise<[RedisClient, RedisClient]>;
export async function openRedisPair(
  config: Config<'worker'> | Config<'web'>,
  role: 'subscribe' | 'consume',
): Promise<[RedisClient, RedisClient]> {
  await checkRedisSettings(config);
  const { REDIS_URL: url, REDIS_CA: ca } = config;
  return [openRedis(url, 'produce', ca), openRedis(url, role, ca)];
}
