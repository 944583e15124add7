import { type Html, html } from '../html.ts';
import { failedPath, queuePath } from '../jobs/queue-paths.ts';
import { type TableColumn, table } from '../views/table.ts';
import { type QueueReading, sum } from './readings/queues.ts';

const number = (title: string, of: (queue: QueueReading) => number, state: string): TableColumn<QueueReading> => ({
  title,
  isNumber: true,
  cell: (queue) => html`<a href="${pathOf(queue, state)}">${String(of(queue))}</a>`,
});

/** Failed jobs have a list that needs no script. */
const pathOf = ({ name }: QueueReading, state: string): string =>
  state === 'failed' ? failedPath(name) : queuePath(name, state);

const COLUMNS: TableColumn<QueueReading>[] = [
  { title: 'Queue', cell: ({ name }) => name },
  { title: 'State', cell: (queue) => html`<span class="word">${stateOf(queue)}</span>` },
  number('Waiting', ({ waiting }) => waiting, 'waiting'),
  number('Running', ({ active }) => active, 'active'),
  number('Delayed', ({ delayed }) => delayed, 'delayed'),
  number('Failed', ({ failed }) => failed, 'failed'),
  number('Completed in an hour', ({ completed }) => sum(completed), 'completed'),
  { title: 'Workers', isNumber: true, cell: ({ workers }) => String(workers ?? 'unknown') },
];

function stateOf({ isPaused, workers, failed }: QueueReading): string {
  if (workers === 0) return 'No worker';
  if (isPaused) return 'Paused';
  return failed > 0 ? 'Failed jobs' : 'OK';
}

/** The depth and throughput of each queue. */
export const queueTable = (queues: readonly QueueReading[]): Html => table('Queues', COLUMNS, queues);
