import { z } from 'zod';
import { COLUMNS } from '../../../entities/import/columns.ts';
import { exportedRows } from '../../../entities/import/exporting.ts';
import type { ApiDeps } from '../../deps.ts';
import { route } from '../../http/route.ts';
import { sendCsv } from './csv-answer.ts';

/** Streams the whole catalogue with one page in memory at a time. */
export const exportRoute = ({ db }: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/admin/products/export',
    permission: 'products:read',
    access: 'staff',
    tag: 'Imports',
    summary: 'Export all products as a CSV file that can be imported again',
    answers: { 200: { description: 'The CSV file', schema: z.string(), contentType: 'text/csv' } },
    handle: (call) => sendCsv(call, { name: 'products.csv', header: COLUMNS, pages: exportedRows(db.search) }),
  });
