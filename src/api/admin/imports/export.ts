import { z } from 'zod';
import { COLUMNS } from '../../../entities/import/columns.ts';
import { exportedRows } from '../../../entities/import/exporting.ts';
import type { ApiDeps } from '../../deps.ts';
import { route } from '../../http/route.ts';
import { sendCsv } from './csv-answer.ts';

/** Sends the whole catalogue, as large as it is, a page of it in memory at a time. */
export const exportRoute = ({ db }: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/admin/products/export',
    permission: 'products:read',
    access: 'staff',
    tag: 'Imports',
    summary: 'All products as a CSV file that an import takes back',
    answers: { 200: { description: 'The file', schema: z.string(), contentType: 'text/csv' } },
    handle: (call) => sendCsv(call, { name: 'products.csv', header: COLUMNS, pages: exportedRows(db.search) }),
  });
