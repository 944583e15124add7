import { Import } from '../../../entities/import/import.ts';
import { requireImport } from '../../../entities/import/reading.ts';
import { discardImport, openImport, storeLines } from '../../../entities/import/receiving.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { runImport } from '../../../jobs/imports.ts';
import type { ApiDeps } from '../../deps.ts';
import { RequestFault } from '../../http/errors/failure.ts';
import { type RawCall, route } from '../../http/route.ts';
import { actorOf, adminEdit } from '../change.ts';
import { readCsvFile } from './csv-file.ts';
import { importSchema } from './import-view.ts';

/** Stores an uploaded file; a worker imports it. */
export const uploadRoute = (deps: ApiDeps) =>
  route({
    method: 'post',
    path: '/api/v1/admin/products/imports',
    permission: 'products:create',
    access: 'staff',
    tag: 'Imports',
    summary: 'Import products from a CSV file',
    description:
      'A job imports the stored file row by row; an invalid row does not stop the others. Importing the same file again changes nothing. Also needs the permission `products:update`.',
    streamedBody: 'text/csv',
    answers: { 202: { description: 'The file is stored; the import is queued', schema: importSchema } },
    errors: ['IMPORT_UNREADABLE', 'PAYLOAD_TOO_LARGE'],
    idempotent: true,
    async handle(call) {
      const missing = 'products:update';
      if (!call.principal.permissions.has(missing)) throw new RequestFault('FORBIDDEN', { details: { missing } });
      let id: string | undefined;
      try {
        const file = await readCsvFile(call.raw.request, {
          async header(columns) {
            id = await openImport(deps.db.query, columns, actorOf(call.principal));
          },
          lines: (lines) => storeLines(deps.db.query, id ?? '', lines),
        });
        return await accept(deps, call, { id: id ?? '', ...file });
      } finally {
        // Deletes a file that was refused, incomplete or already sent with the same Idempotency-Key; an accepted one stays.
        if (id) await discardImport(deps.db.query, id);
      }
    },
  });

function accept(deps: ApiDeps, call: RawCall, { id, rows, sha256 }: { id: string; rows: number; sha256: string }) {
  const { headers, params, principal, raw, requestId } = call;
  const work = async (tx: Tx) => {
    const received = await tx.lock(Import, { id });
    received?.accept(rows);
    await tx.write();
    enqueue(tx, deps.queues, { contract: runImport, payload: { importId: id, after: 0 } });
    const body = await requireImport(tx.query, id);
    const links = { Location: `/api/v1/admin/products/imports/${id}`, 'Retry-After': '1' };
    const target = { type: 'import', id };
    return { answer: { status: 202, headers: links, body }, target, before: null, after: { rows } };
  };
  const request = { headers, params, principal, raw, requestId, body: { sha256 } };
  return adminEdit(deps, request, { action: 'import.start', scope: 'new', work });
}
