import { type Config, ConfigError } from '../infra/config.ts';
import { armFailpoints } from '../infra/failpoint.ts';
import { watchEventLoop } from '../infra/observability/event-loop-watch.ts';
import { logger } from '../infra/observability/log.ts';
import { type GaugeSet, serveMetrics } from '../infra/observability/metrics.ts';

/** What every process does with its settings before anything else. */
export function begin(
  process: string,
  config: Pick<Config<'worker'>, 'LOG_LEVEL'> & Partial<Pick<Config<'worker'>, 'FAILPOINT_FILE'>>,
): void {
  logger.level = config.LOG_LEVEL;
  armFailpoints(process, config.FAILPOINT_FILE);
  watchEventLoop();
}

/**
 * Serves figures where the settings say so; to be called before the process takes any work.
 * @returns how to stop that @throws ConfigError when another process has the address.
 */
export async function metrics(
  { METRICS_ADDRESS: address }: Config<'worker'> | Config<'web'>,
  meters: readonly GaugeSet[],
): Promise<() => Promise<void>> {
  if (!address) return async () => undefined;
  return serveMetrics(address, meters).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EADDRINUSE' ? 'is in use; every process needs an address of its own' : error.message;
    throw new ConfigError(`METRICS_ADDRESS: ${address} ${why}`);
  });
}

/** How the process reaches PostgreSQL. */
export const connectionsOf = (config: Config<'worker'> | Config<'web'>) => ({
  url: config.DATABASE_URL,
  connections: config.DATABASE_CONNECTIONS,
  namesStatements: config.DATABASE_NAMED_STATEMENTS,
});
