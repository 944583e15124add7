import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { ruleOf } from '../../../domain/reconciliation.ts';
import { guarded } from '../../../entities/import/cells.ts';
import type { Query } from '../../../infra/database/query.ts';
import type { ApiDeps } from '../../deps.ts';
import { route } from '../../http/route.ts';
import { sendCsv } from '../imports/csv-answer.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../list-query.ts';
import { DISCREPANCY_COLUMNS, type DiscrepancyRow, discrepancySchema } from './reconciliation-view.ts';

/** Rows per query when the whole report is sent as CSV. */
const ROWS_PER_QUERY = 500;
const HEADER = ['foundAt', 'severity', 'kind', 'subject', 'state', 'action', 'rule', 'facts'];

/** The discrepancies of a run, each with its rule, as pages of JSON or as one CSV file. */
export const reportRoute = ({ db }: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/admin/reconciliation/runs/{id}/report',
    permission: 'queues:view',
    access: 'staff',
    tag: 'Reconciliation',
    summary: 'Retrieve the report of a reconciliation run',
    description: '`Accept: text/csv` returns the whole report as one file.',
    params: z.object({ id: z.uuid() }),
    query: z.strictObject(pageQuery),
    answers: {
      200: {
        description: 'A page of discrepancies',
        schema: pageSchema(discrepancySchema),
        alternativeType: 'text/csv',
      },
    },
    errors: ['RUN_NOT_FOUND', 'CURSOR_INVALID'],
    async handle(call) {
      const { id } = call.params;
      const { limit, cursor } = call.query;
      const runs = await db.query(`select 1 from reconciliation_runs where id = $1`, [id]);
      if (runs.length === 0) throw refused('RUN_NOT_FOUND', { runId: id });
      if (call.raw.request.accepts(['application/json', 'text/csv']) === 'text/csv') {
        return sendCsv(call, { name: `reconciliation-${id}.csv`, header: HEADER, pages: readPages(db.search, id) });
      }
      const list = { report: id };
      const rows = await readDiscrepancies(db.search, id, { before: readCursorId(list, cursor), limit: limit + 1 });
      return { status: 200, body: paginate(list, rows.map(addRule), limit) };
    },
  });

export const addRule = <T extends { kind: string }>(row: T) => ({ ...row, rule: ruleOf(row.kind).rule });

/** Reads the discrepancies that a run found or saw again. */
const readDiscrepancies = (
  query: Query,
  id: string,
  { before, limit }: { before: string | null; limit: number },
): Promise<DiscrepancyRow[]> =>
  query<DiscrepancyRow>(
    `select ${DISCREPANCY_COLUMNS} from discrepancies where (run_id = $1 or last_run_id = $1) and ($2::uuid is null or id < $2)
      order by id desc limit $3`,
    [id, before, limit],
  );

async function* readPages(query: Query, id: string) {
  let before: string | null = null;
  for (;;) {
    const rows: DiscrepancyRow[] = await readDiscrepancies(query, id, { before, limit: ROWS_PER_QUERY });
    if (rows.length > 0) yield rows.map(csvRow);
    if (rows.length < ROWS_PER_QUERY) return;
    before = rows.at(-1)?.id ?? null;
  }
}

const csvRow = ({ foundAt, severity, kind, subject, state, action, facts }: DiscrepancyRow): string[] => [
  foundAt.toISOString(),
  severity,
  kind,
  guarded(subject),
  state,
  guarded(action ?? ''),
  ruleOf(kind).rule,
  guarded(JSON.stringify(facts)),
];
