import { z } from 'zod';
import { Import } from '../../../entities/import/import.ts';
import { listImports, requireImport } from '../../../entities/import/reading.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { adminEdit } from '../change.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../list-query.ts';
import { exportRoute } from './export.ts';
import { importSchema } from './import-view.ts';
import { reportRoute } from './report.ts';
import { uploadRoute } from './upload.ts';

const PATH = '/api/v1/admin/products/imports';
const common = { access: 'staff', tag: 'Imports' } as const;
const params = z.object({ id: z.uuid() });
const LIST = { imports: 'all' };

/** Import and export of the catalogue as CSV files. */
export const importRoutes = (deps: ApiDeps): AnyRoute[] => [
  uploadRoute(deps),
  listRoute(deps),
  readRoute(deps),
  reportRoute(deps),
  cancelRoute(deps),
  exportRoute(deps),
];

const listRoute = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: PATH,
    permission: 'products:read',
    summary: 'List product imports of the last 30 days, newest first',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'A page of imports', schema: pageSchema(importSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor } }) {
      const rows = await listImports(db.search, readCursorId(LIST, cursor), limit + 1);
      return { status: 200, body: paginate(LIST, rows, limit) };
    },
  });

const readRoute = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: `${PATH}/{id}`,
    permission: 'products:read',
    summary: 'Retrieve the progress and row counts of a product import',
    params,
    answers: { 200: { description: 'The import', schema: importSchema } },
    errors: ['IMPORT_NOT_FOUND'],
    handle: async (call) => ({ status: 200, body: await requireImport(db.query, call.params.id) }),
  });

const cancelRoute = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: `${PATH}/{id}/cancel`,
    permission: 'products:update',
    summary: 'Cancel a product import; rows already imported stay',
    params,
    answers: { 200: { description: 'The cancelled import', schema: importSchema } },
    errors: ['IMPORT_NOT_FOUND', 'IMPORT_OVER'],
    idempotent: true,
    handle(call) {
      const { id } = call.params;
      return adminEdit(deps, call, {
        action: 'import.cancel',
        scope: id,
        async work(tx) {
          const before = await requireImport(tx.query, id);
          const found = await tx.lock(Import, { id });
          found?.cancel(tx.now);
          await tx.write();
          const body = await requireImport(tx.query, id);
          const target = { type: 'import', id };
          return {
            answer: { status: 200, headers: {}, body },
            target,
            before: { status: before.status },
            after: { status: body.status, worked: body.worked },
          };
        },
      });
    },
  });
