import { refused } from '../../domain/errors.ts';
import type { Query } from '../../infra/database/query.ts';
import type { RowOutcome } from './import.ts';
import type { RowProblem } from './row.ts';

/** The progress of an import; counts are rows. */
export interface ImportView {
  id: string;
  status: 'waiting' | 'running' | 'done' | 'cancelled';
  rows: number;
  /** Processed rows. */
  worked: number;
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  createdAt: Date;
  finishedAt: Date | null;
}

/** The result of a row; `row` is its number in a spreadsheet, where the header is 1. */
export interface RowReport {
  row: number;
  outcome: RowOutcome;
  problems: RowProblem[];
}

const IMPORT = `select id, status, rows, created + updated + unchanged + failed as worked, created, updated, unchanged, failed,
    created_at as "createdAt", finished_at as "finishedAt" from product_imports where status <> 'receiving'`;

/** Lists imports older than `before`, newest first. */
export const listImports = (query: Query, before: string | null, most: number): Promise<ImportView[]> =>
  query<ImportView>(`${IMPORT} and ($1::uuid is null or id < $1) order by id desc limit $2`, [before, most]);

/** Loads an accepted import. @throws IMPORT_NOT_FOUND */
export async function requireImport(query: Query, id: string): Promise<ImportView> {
  const [found] = await query<ImportView>(`${IMPORT} and id = $1`, [id]);
  if (!found) throw refused('IMPORT_NOT_FOUND', { importId: id });
  return found;
}

/** Lists the processed rows after row `after`, in the order of the file. */
export const reportRows = (
  query: Query,
  { id, outcome, after, most }: { id: string; outcome: RowOutcome | null; after: number; most: number },
): Promise<RowReport[]> =>
  query<RowReport>(
    `select row_number as row, outcome, coalesce(problems, '[]') as problems from import_rows
      where import_id = $1 and row_number > $2 and outcome is not null and ($3::text is null or outcome = $3)
      order by row_number limit $4`,
    [id, after, outcome, most],
  );
