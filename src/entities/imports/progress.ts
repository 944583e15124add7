import type { Tx } from '../../infra/unit-of-work.ts';
import type { Column } from './columns.ts';
import type { Line } from './receiving.ts';
import type { RowProblem } from './row.ts';

export type ImportStatus = 'receiving' | 'waiting' | 'running' | 'done' | 'cancelled';
export type RowOutcome = 'created' | 'updated' | 'unchanged' | 'failed';

/** What became of a row. */
export interface Result {
  row: number;
  outcome: RowOutcome;
  /** Of one that failed. */
  problems?: readonly RowProblem[];
}

export interface Import {
  id: string;
  status: ImportStatus;
  columns: Column[];
  /** The last row that was worked on; its results are written with it. */
  lastRow: number;
}

/** One transaction at a time works on imports; the number is arbitrary but must stay. */
const IMPORTS = 7_205_762;

/**
 * Waits until no other transaction works on an import, and lets none begin: so imports run one after the other, each as
 * if it were alone. Before any row is locked.
 */
export const takeTurn = (tx: Tx): Promise<object[]> => tx.query(`select pg_advisory_xact_lock($1)`, [IMPORTS]);

/** The import under its lock; undefined when there is none. */
export async function lockImport(tx: Tx, id: string): Promise<Import | undefined> {
  const [found] = await tx.query<Import>(
    `select id, status, columns, last_row as "lastRow" from product_imports where id = $1 for update`,
    [id],
  );
  return found;
}

/** Accepts a file that has come in as a whole. */
export async function acceptImport(tx: Tx, id: string, rows: number): Promise<void> {
  await tx.query(`update product_imports set status = 'waiting', rows = $2, version = version + 1 where id = $1`, [
    id,
    rows,
  ]);
}

/** Lets an import that waits begin, unless another runs: then false. After `takeTurn`. */
export async function beginImport(tx: Tx, id: string): Promise<boolean> {
  const begun = await tx.query(
    `update product_imports set status = 'running' where id = $1 and status = 'waiting'
      and not exists (select 1 from product_imports where status = 'running') returning id`,
    [id],
  );
  return begun.length === 1;
}

/** The import that is to begin when none runs; undefined when one does, or none waits. After `takeTurn`. */
export async function nextImport(tx: Tx): Promise<string | undefined> {
  const [next] = await tx.query<{ id: string }>(
    `select id from product_imports where status = 'waiting'
      and not exists (select 1 from product_imports where status = 'running') order by id limit 1`,
  );
  return next?.id;
}

/** The next lines of an import that nobody has worked on. */
export async function linesAfter(tx: Tx, { id, lastRow }: Import, most: number): Promise<Line[]> {
  const lines = await tx.query<{ row: number; fields: string[] }>(
    `select row_number as row, fields from import_rows where import_id = $1 and row_number > $2
      order by row_number limit $3`,
    [id, lastRow, most],
  );
  return lines.map(({ row, fields }) => [row, fields]);
}

/** Writes what became of the next rows, and how far the import is; `isLast` ends it. */
export async function noteResults(
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

/** Ends an import before its next rows. @returns false when it is over already, or was never accepted */
export async function cancelImport(tx: Tx, id: string): Promise<boolean> {
  const ended = await tx.query(
    `update product_imports set status = 'cancelled', finished_at = $2, version = version + 1
      where id = $1 and status in ('waiting', 'running') returning id`,
    [id, tx.now],
  );
  return ended.length === 1;
}
