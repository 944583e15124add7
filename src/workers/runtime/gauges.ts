import { figures } from '../../entities/reconciliation/gauges.ts';
import type { GaugeSet } from '../../infra/observability/metrics.ts';
import type { WorkerDeps } from '../deps.ts';

const STATES = ['waiting', 'active', 'delayed', 'failed'] as const;

/** What whoever watches over the shop sees: its books, and the jobs of each queue. */
export function shopGauges({ db, queues }: Pick<WorkerDeps, 'db' | 'queues'>): GaugeSet {
  const books = figures(db.query);
  const jobs = { help: 'Jobs by queue; those that failed are dead letters', labels: ['queue', 'state'] };
  return {
    gauges: { ...books.gauges, queue_jobs: jobs },
    async read() {
      const counts = queues.isConnected()
        ? queues.all.map(async (queue) => {
            const of = await queue.getJobCounts(...STATES);
            return STATES.map((state) => ({
              gauge: 'queue_jobs',
              labels: { queue: queue.name, state },
              value: of[state] ?? 0,
            }));
          })
        : [];
      const [ofBooks, ...ofQueues] = await Promise.all([books.read(), ...counts]);
      return [...ofBooks, ...ofQueues.flat()];
    },
  };
}
