import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { Column } from './columns.ts';
import type { Line } from './receiving.ts';
import type { RowProblem } from './row.ts';

export type ImportStatus = 'receiving' | 'waiting' | 'running' | 'done' | 'cancelled';
export type RowOutcome = 'created' | 'updated' | 'unchanged' | 'failed';

/** The result of a row. */
export interface Result {
  row: number;
  outcome: RowOutcome;
  /** Only if it failed. */
  problems?: readonly RowProblem[];
}

export interface Import {
  id: string;
  status: ImportStatus;
  columns: Column[];
  /** The last processed row; it is stored together with the results. */
  lastRow: number;
}

/** Loads and locks an import. @returns undefined if it does not exist */
export async function lockImport(tx: Tx, id: string): Promise<Import | undefined> {
  const [found] = await tx.query<Import>(
    `select id, status, columns, last_row as "lastRow" from product_imports where id = $1 for update`,
    [id],
  );
  return found;
}

/** Accepts a file that was received completely. */
export async function acceptImport(tx: Tx, id: string, rows: number): Promise<void> {
  await tx.query(`update product_imports set status = 'waiting', rows = $2, version = version + 1 where id = $1`, [
    id,
    rows,
  ]);
}

/** Loads the next unprocessed lines of an import. */
export async function loadNextLines(tx: Tx, { id, lastRow }: Import, most: number): Promise<Line[]> {
  const lines = await tx.query<{ row: number; fields: string[] }>(
    `select row_number as row, fields from import_rows where import_id = $1 and row_number > $2
      order by row_number limit $3`,
    [id, lastRow, most],
  );
  return lines.map(({ row, fields }) => [row, fields]);
}

/** Stores the results of the next rows and the progress of the import; `isLast` finishes it. */
export async function recordResults(
  tx: Tx,
  { import: { id }, isLast }: { import: Pick<Import, 'id'>; isLast: boolean },
  results: readonly Result[],
): Promise<void> {
  await tx.query(
    `with result as (select * from jsonb_to_recordset($2::jsonb) as r ("row" int, outcome text, problems jsonb)),
        noted as (update import_rows i set outcome = r.outcome, problems = r.problems from result r
          where i.import_id = $1 and i.row_number = r.row),
        sums as (select count(*) filter (where outcome = 'created') as created,
            count(*) filter (where outcome = 'updated') as updated,
            count(*) filter (where outcome = 'unchanged') as unchanged,
            count(*) filter (where outcome = 'failed') as failed, max("row") as last from result)
      update product_imports p set created = p.created + s.created, updated = p.updated + s.updated,
          unchanged = p.unchanged + s.unchanged, failed = p.failed + s.failed, last_row = coalesce(s.last, p.last_row),
          status = case when $3 then 'done' else p.status end, finished_at = case when $3 then $4::timestamptz end,
          version = version + 1
        from sums s where p.id = $1`,
    [id, JSON.stringify(results), isLast, tx.now],
  );
}

/** Cancels an import before its next rows. @returns false if it has ended already, or was never accepted */
export async function cancelImport(tx: Tx, id: string): Promise<boolean> {
  const ended = await tx.query(
    `update product_imports set status = 'cancelled', finished_at = $2, version = version + 1
      where id = $1 and status in ('waiting', 'running') returning id`,
    [id, tx.now],
  );
  return ended.length === 1;
}
