import { type Config, ConfigError } from '../infra/config.ts';
import { armFailpoints } from '../infra/failpoint.ts';
import { watchEventLoop } from '../infra/observability/event-loop-watch.ts';
import { logger } from '../infra/observability/log.ts';
import { type GaugeSet, serveMetrics } from '../infra/observability/metrics.ts';

/** Applies the settings that every process has: log level, failpoints, event loop watch. Call it first. */
export function prepareProcess(
  process: string,
  config: Pick<Config<'worker'>, 'LOG_LEVEL'> & Partial<Pick<Config<'worker'>, 'FAILPOINT_FILE'>>,
): void {
  logger.level = config.LOG_LEVEL;
  armFailpoints(process, config.FAILPOINT_FILE);
  watchEventLoop();
}

/**
 * Serves the metrics at METRICS_ADDRESS when it is set. Call it before the process accepts work.
 * @returns a function that stops the server @throws ConfigError when the address is in use.
 */
export async function startMetrics(
  { METRICS_ADDRESS: address }: Config<'worker'> | Config<'web'>,
  gauges: readonly GaugeSet[],
): Promise<() => Promise<void>> {
  if (!address) return async () => undefined;
  return serveMetrics(address, gauges).catch((error: NodeJS.ErrnoException) => {
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
