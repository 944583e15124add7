import type { z } from 'zod';
import type { discrepancySchema } from '../../admin/reconciliation/reconciliation-view.ts';
import { callApi } from '../api-call.ts';
import { html } from '../html.ts';
import type { OpsPage } from '../ops-page.ts';
import type { OpsDeps } from '../ops-request.ts';
import { type Fact, factList } from '../views/fact-list.ts';
import { code, time } from '../views/formats.ts';
import { nextLink, pageOf } from '../views/paging.ts';
import { table } from '../views/table.ts';
import { DISCREPANCY_LIST_COLUMNS } from './discrepancy-list.ts';
import type { ListedRun } from './run-list.ts';

/** One run with its progress, and the discrepancies that it found or saw again. */
export const runPage = (deps: OpsDeps): OpsPage => ({
  path: '/ops/reconciliation/runs/:id',
  access: 'staff',
  permission: 'queues:view',
  async render(opsRequest) {
    const { params } = opsRequest;
    const path = '/reconciliation/runs/{id}';
    const run = (await callApi(deps, opsRequest, { method: 'get', path, params })).body as ListedRun;
    const report = await callApi(deps, opsRequest, {
      method: 'get',
      path: `${path}/report`,
      params,
      query: pageOf(opsRequest),
    });
    const { data, nextCursor } = report.body as {
      data: z.infer<typeof discrepancySchema>[];
      nextCursor: string | null;
    };
    return {
      title: 'Reconciliation run',
      isWide: true,
      main: html`${factList(factsOf(run))}
<h2>Discrepancies</h2>${data.length > 0 ? table('Discrepancies', DISCREPANCY_LIST_COLUMNS, data) : html`<p>None.</p>`}
${nextLink(nextCursor, 'Next page')}`,
    };
  },
});

const factsOf = ({ kind, state, phase, startedBy, startedAt, finishedAt, counts, checked }: ListedRun): Fact[] => [
  ['Kind', code(kind)],
  ['State', state === 'done' ? code(state) : html`${code(state)} (${phase})`],
  ['Started', html`${time(startedAt)} by ${startedBy}`],
  ['Finished', time(finishedAt)],
  ['Discrepancies', namedNumbers(counts)],
  ['Rows checked', namedNumbers(checked)],
];

const namedNumbers = (numbers: Readonly<Record<string, number>>): string =>
  Object.entries(numbers)
    .map(([name, number]) => `${name} ${number}`)
    .join(', ') || '–';
