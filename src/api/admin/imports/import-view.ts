import { z } from 'zod';

const rows = z.int().min(0);

export const importSchema = z
  .object({
    id: z.uuid(),
    status: z.enum(['waiting', 'running', 'done', 'cancelled']),
    rows: rows.meta({ description: 'Rows of the file, without the header.' }),
    worked: rows.meta({ description: 'Rows processed so far.' }),
    created: rows,
    updated: rows,
    unchanged: rows,
    failed: rows,
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ProductImport' });

export const rowReportSchema = z
  .object({
    row: z.int().meta({ description: 'Row number as in a spreadsheet: the header is row 1.' }),
    outcome: z.enum(['created', 'updated', 'unchanged', 'failed']),
    problems: z.array(z.object({ column: z.string(), problem: z.string() })),
  })
  .meta({ id: 'ProductImportRow' });
