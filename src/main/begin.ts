import type { Config } from '../infra/config.ts';
import { armFailpoints } from '../infra/failpoint.ts';
import { logger } from '../infra/log.ts';
import { type Meter, serveMetrics } from '../infra/metrics.ts';

/** What every process does with its settings before anything else. */
export function begin(
  process: string,
  config: Pick<Config<'worker'>, 'LOG_LEVEL'> & Partial<Pick<Config<'worker'>, 'FAILPOINT_FILE'>>,
): void {
  logger.level = config.LOG_LEVEL;
  armFailpoints(process, config.FAILPOINT_FILE);
}

/** Serves figures where the settings say so. @returns how to stop that */
export const metrics = async ({ METRICS_ADDRESS: address }: Config<'worker'> | Config<'web'>, meter?: Meter) =>
  address ? await serveMetrics(address, meter) : async () => undefined;
