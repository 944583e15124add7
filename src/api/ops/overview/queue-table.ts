import { type Html, html } from '../html.ts';
import { type TableColumn, table } from '../views/table.ts';
import { type QueueReading, queuePath, sum } from './readings/queues.ts';

const number = (title: string, of: (queue: QueueReading) => number, state?: string): TableColumn<QueueReading> => ({
  title,
  isNumber: true,
  cell: (queue) => html`<a href="${queuePath(queue.name, state)}">${String(of(queue))}</a>`,
});

const COLUMNS: TableColumn<QueueReading>[] = [
  { title: 'Queue', cell: ({ name }) => name },
  { title: 'State', cell: (queue) => html`<span class="word">${stateOf(queue)}</span>` },
  number('Waiting', ({ waiting }) => waiting, 'waiting'),
  number('Running', ({ active }) => active, 'active'),
  number('Delayed', ({ delayed }) => delayed, 'delayed'),
  number('Dead', ({ failed }) => failed, 'failed'),
  number('Completed in an hour', ({ completed }) => sum(completed), 'completed'),
  { title: 'Workers', isNumber: true, cell: ({ workers }) => String(workers) },
];

function stateOf({ isPaused, workers, failed }: QueueReading): string {
  if (workers === 0) return 'No worker';
  if (isPaused) return 'Paused';
  return failed > 0 ? 'Dead jobs' : 'OK';
}

/** The depth and throughput of each queue. */
export const queueTable = (queues: readonly QueueReading[]): Html => table('Queues', COLUMNS, queues);
