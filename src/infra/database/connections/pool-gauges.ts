import type pg from 'pg';
import type { GaugeSet } from '../../observability/metrics.ts';

const GAUGE = 'database_connections';
const HELP =
  'Connections of this process to PostgreSQL by state, and work that waits for one; searches have a separate pool';

/** Gauges for the connections in the pools of this process. */
export function poolGauges(pools: Readonly<Record<'statements' | 'searches', pg.Pool>>): GaugeSet {
  const reading = (pool: string, state: string, value: number) => ({ gauge: GAUGE, labels: { pool, state }, value });
  return {
    gauges: { [GAUGE]: { help: HELP, labels: ['pool', 'state'] } },
    read: async () =>
      Object.entries(pools).flatMap(([name, { totalCount, idleCount, waitingCount }]) => [
        reading(name, 'used', totalCount - idleCount),
        reading(name, 'idle', idleCount),
        reading(name, 'waiting', waitingCount),
      ]),
  };
}
