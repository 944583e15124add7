import type { z } from 'zod';
import { RULES } from '../../../domain/reconciliation.ts';
import { discrepancySchema } from '../../admin/reconciliation/reconciliation-view.ts';
import { html } from '../html.ts';
import type { OpsPage } from '../ops-page.ts';
import type { OpsDeps } from '../ops-request.ts';
import { code, time } from '../views/formats.ts';
import { listPage } from '../views/list-page.ts';
import type { TableColumn } from '../views/table.ts';

type Row = z.infer<typeof discrepancySchema>;

export const DISCREPANCY_LIST_COLUMNS: readonly TableColumn<Row>[] = [
  { title: 'Found', cell: ({ foundAt }) => time(foundAt) },
  { title: 'Kind', cell: ({ id, kind }) => html`<a href="/ops/reconciliation/${id}">${kind}</a>` },
  { title: 'Severity', cell: ({ severity }) => code(severity) },
  { title: 'State', cell: ({ state }) => code(state) },
  { title: 'About', cell: ({ subject }) => subject },
];

/** Finds discrepancies, at first those that need a person. */
export const discrepancyListPage = (deps: OpsDeps): OpsPage =>
  listPage<Row>(deps, {
    path: '/ops/reconciliation',
    title: 'Reconciliation',
    permission: 'queues:view',
    api: '/reconciliation/discrepancies',
    filters: [
      { name: 'state', label: 'State', options: discrepancySchema.shape.state.options, default: 'person' },
      { name: 'severity', label: 'Severity', options: discrepancySchema.shape.severity.options },
      { name: 'kind', label: 'Kind', options: Object.keys(RULES).sort() },
    ],
    above: () =>
      html`<p>Differences between money, stock and orders. Those in the state ${code('person')} wait for a decision. <a href="/ops/reconciliation/runs">Runs</a></p>`,
    columns: DISCREPANCY_LIST_COLUMNS,
  });
