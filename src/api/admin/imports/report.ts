import { z } from 'zod';
import { guarded } from '../../../entities/import/cells.ts';
import type { RowOutcome } from '../../../entities/import/import.ts';
import { reportRows, requireImport } from '../../../entities/import/reading.ts';
import type { Query } from '../../../infra/database/query.ts';
import type { ApiDeps } from '../../deps.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { route } from '../../http/route.ts';
import { pageQuery, pageSchema } from '../list-query.ts';
import { sendCsv } from './csv-answer.ts';
import { rowReportSchema } from './import-view.ts';

/** Rows per query when the whole report is sent as CSV. */
const ROWS_PER_QUERY = 1_000;

/** The outcome of each row of an import, as pages of JSON or as one CSV file. */
export const reportRoute = ({ db }: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/admin/products/imports/{id}/rows',
    permission: 'products:read',
    access: 'staff',
    tag: 'Imports',
    summary: 'List the rows of a product import with their outcomes',
    description: '`Accept: text/csv` returns all rows as one file with one line per problem.',
    params: z.object({ id: z.uuid() }),
    query: z.strictObject({ ...pageQuery, outcome: rowReportSchema.shape.outcome.optional() }),
    answers: {
      200: { description: 'A page of rows', schema: pageSchema(rowReportSchema), alternativeType: 'text/csv' },
    },
    errors: ['IMPORT_NOT_FOUND', 'CURSOR_INVALID'],
    async handle(call) {
      const { id } = call.params;
      const { limit, cursor, outcome = null } = call.query;
      await requireImport(db.query, id);
      if (call.raw.request.accepts(['application/json', 'text/csv']) === 'text/csv') {
        const header = ['row', 'outcome', 'column', 'problem'];
        return sendCsv(call, { name: `import-${id}.csv`, header, pages: readPages(db.query, { id, outcome }) });
      }
      const list = { import: id, outcome };
      const after = cursor === undefined ? 0 : readCursor(list, cursor, z.int()).key;
      const rows = await reportRows(db.query, { id, outcome, after, most: limit + 1 });
      const data = rows.slice(0, limit);
      const last = data.at(-1);
      const nextCursor = rows.length > limit && last ? writeCursor(list, { key: last.row, id }) : null;
      return { status: 200, body: { data, nextCursor } };
    },
  });

async function* readPages(query: Query, { id, outcome }: { id: string; outcome: RowOutcome | null }) {
  let after = 0;
  for (;;) {
    const rows = await reportRows(query, { id, outcome, after, most: ROWS_PER_QUERY });
    if (rows.length > 0) yield rows.flatMap(csvRows);
    if (rows.length < ROWS_PER_QUERY) return;
    after = rows.at(-1)?.row ?? after;
  }
}

const csvRows = ({ row, outcome, problems }: Awaited<ReturnType<typeof reportRows>>[number]) =>
  problems.length === 0
    ? [[row, outcome, '', '']]
    : problems.map(({ column, problem }) => [row, outcome, column, guarded(problem)]);
