import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { ruleOf } from '../../../domain/reconciliation.ts';
import { guarded } from '../../../entities/import/cells.ts';
import type { Query } from '../../../infra/database/query.ts';
import type { ApiDeps } from '../../deps.ts';
import { route } from '../../http/route.ts';
import { sendCsv } from '../imports/csv-answer.ts';
import { pageOf, pageQuery, startOf, toPage } from '../list-query.ts';
import { DISCREPANCY_COLUMNS, discrepancySchema } from './reconciliation-view.ts';

type Found = Omit<z.infer<typeof discrepancySchema>, 'rule'>;

/** Rows per statement of a report that is sent as a whole. */
const PAGE = 500;
const HEADER = ['foundAt', 'severity', 'kind', 'subject', 'state', 'action', 'rule', 'facts'];

/** What a run found, with the rule of each kind: page by page, or as one CSV file. */
export const reportRoute = ({ db }: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/admin/reconciliation/runs/{id}/report',
    permission: 'queues:view',
    access: 'staff',
    tag: 'Reconciliation',
    summary: 'What a run found',
    description: 'With `Accept: text/csv` all of it as one file.',
    params: z.object({ id: z.uuid() }),
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page', schema: pageOf(discrepancySchema), orAs: 'text/csv' } },
    errors: ['RUN_NOT_FOUND', 'CURSOR_INVALID'],
    async handle(call) {
      const { id } = call.params;
      const { limit, cursor } = call.query;
      const runs = await db.query(`select 1 from reconciliation_runs where id = $1`, [id]);
      if (runs.length === 0) throw refused('RUN_NOT_FOUND', { runId: id });
      if (call.raw.request.accepts(['application/json', 'text/csv']) === 'text/csv') {
        return sendCsv(call, { name: `reconciliation-${id}.csv`, header: HEADER, pages: pagesOf(db.search, id) });
      }
      const list = { report: id };
      const rows = await foundBy(db.search, id, { before: startOf(list, cursor), limit: limit + 1 });
      return { status: 200, body: toPage(list, rows.map(withRule), limit) };
    },
  });

export const withRule = <T extends { kind: string }>(found: T) => ({ ...found, rule: ruleOf(found.kind).rule });

/** What a run saw, also what others had found before. */
const foundBy = (
  query: Query,
  id: string,
  { before, limit }: { before: string | null; limit: number },
): Promise<Found[]> =>
  query<Found & Record<string, unknown>>(
    `select ${DISCREPANCY_COLUMNS} from discrepancies where (run_id = $1 or last_run_id = $1) and ($2::uuid is null or id < $2)
      order by id desc limit $3`,
    [id, before, limit],
  );

async function* pagesOf(query: Query, id: string) {
  let before: string | null = null;
  for (;;) {
    const rows: Found[] = await foundBy(query, id, { before, limit: PAGE });
    if (rows.length > 0) yield rows.map(lineOf);
    if (rows.length < PAGE) return;
    before = rows.at(-1)?.id ?? null;
  }
}

const lineOf = ({ foundAt, severity, kind, subject, state, action, facts }: Found): string[] => [
  new Date(foundAt).toISOString(),
  severity,
  kind,
  guarded(subject),
  state,
  guarded(action ?? ''),
  ruleOf(kind).rule,
  guarded(JSON.stringify(facts)),
];
