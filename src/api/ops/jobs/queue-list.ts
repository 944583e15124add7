import { html } from '../html.ts';
import type { OpsPage } from '../ops-page.ts';
import type { OpsDeps } from '../ops-request.ts';
import { table } from '../views/table.ts';
import { orUnavailable } from './failed-jobs.ts';
import { type QueueCounts, readQueueCounts } from './queue-counts.ts';
import { failedPath } from './queue-paths.ts';

const countColumn = (title: string, state: string) => ({
  title,
  isNumber: true as const,
  cell: ({ counts }: QueueCounts) => String(counts[state] ?? 0),
});

const COLUMNS = [
  { title: 'Queue', cell: ({ name }: QueueCounts) => html`<a href="${failedPath(name)}">${name}</a>` },
  countColumn('Failed', 'failed'),
  countColumn('Waiting', 'waiting'),
  countColumn('Running', 'active'),
  countColumn('Delayed', 'delayed'),
];

/** Lists the queues with their failed jobs first; works without the script of the board. */
export const queueListPage = (deps: OpsDeps): OpsPage => ({
  path: '/ops/jobs',
  access: 'staff',
  permission: 'queues:view',
  async render(opsRequest) {
    const queues = await orUnavailable(async () =>
      table('Queues', COLUMNS, (await readQueueCounts(deps, opsRequest)).toSorted(byFailed)),
    );
    const main = html`<p>A job fails after its last attempt. Then it waits for a person. <a href="/ops/queues">All jobs</a></p>${queues}`;
    return { title: 'Failed jobs', isWide: true, main };
  },
});

const byFailed = (a: QueueCounts, b: QueueCounts): number =>
  (b.counts.failed ?? 0) - (a.counts.failed ?? 0) || a.name.localeCompare(b.name);
