import { type Config, ConfigError } from '../infra/config.ts';
import { armFailpoints } from '../infra/failpoint.ts';
import { sampleRequests } from '../infra/observability/access-log.ts';
import { watchEventLoop } from '../infra/observability/event-loop-watch.ts';
import { nameProcess } from '../infra/observability/identity.ts';
import { logger } from '../infra/observability/log.ts';
import { type MetricsServerOptions, serveMetrics } from '../infra/observability/metrics-server.ts';
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
