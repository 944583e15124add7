import { shopGauges } from '../../entities/reconciliation/gauges.ts';
import type { GaugeSet } from '../../infra/observability/metrics.ts';
import type { WorkerDeps } from '../deps.ts';

const STATES = ['waiting', 'active', 'delayed', 'failed'] as const;
/** BullMQ counts waiting jobs with a priority apart. */
const PRIORITIZED = 'prioritized';

/** The gauges of the shop: its business figures, and the number of jobs per queue. */
export function workerGauges({ db, queues }: Pick<WorkerDeps, 'db' | 'queues'>): GaugeSet {
  const books = shopGauges(db.query);
  const jobs = { help: 'Jobs by queue and state; failed jobs are dead letters.', labels: ['queue', 'state'] };
  return {
    gauges: { ...books.gauges, queue_jobs: jobs },
    async read() {
      const counts = queues.isConnected()
        ? queues.all.map(async (queue) => {
            const { [PRIORITIZED]: prioritized = 0, ...counts } = await queue.getJobCounts(...STATES, PRIORITIZED);
            return STATES.map((state) => ({
              gauge: 'queue_jobs',
              labels: { queue: queue.name, state },
              value: (counts[state] ?? 0) + (state === 'waiting' ? prioritized : 0),
            }));
          })
        : [];
      const [ofBooks, ...ofQueues] = await Promise.all([books.read(), ...counts]);
      return [...ofBooks, ...ofQueues.flat()];
    },
  };
}
