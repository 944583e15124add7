import type pg from 'pg';
import type { GaugeSet } from '../../observability/metrics.ts';

const GAUGE = 'database_connections';
const HELP =
  'Connections of this process to PostgreSQL by state, and work that waits for one; searches have separate pools';

/** Gauges for the connections in the pools of this process. */
export function poolGauges(pools: Readonly<Record<string, pg.Pool>>): GaugeSet {
  const reading = (pool: string, state: string, value: number) => ({ gauge: GAUGE, labels: { pool, state }, value });
  return {
    gauges: {
      [GAUGE]: { help: HELP, labels: ['pool', 'state'] },
      database_connections_max: { help: 'The most connections of each pool of this process', labels: ['pool'] },
    },
    read: async () =>
      Object.entries(pools).flatMap(([name, { totalCount, idleCount, waitingCount, options }]) => [
        { gauge: 'database_connections_max', labels: { pool: name }, value: options.max },
        reading(name, 'used', totalCount - idleCount),
        reading(name, 'idle', idleCount),
        reading(name, 'waiting', waitingCount),
      ]),
  };
}
