import type { Query } from '../../infra/database/query.ts';
import { newId } from '../../infra/ids.ts';
import type { Column } from './columns.ts';

/** A line of a file: its row number in a spreadsheet, and its cells. */
export type Line = [row: number, cells: string[]];

/** The sender of a file. */
export interface Sender {
  kind: string;
  id: string | null;
}

/*
 * A file is stored while it is received, outside of any transaction: no worker processes an import before it is accepted,
 * and the cleanup deletes imports that were never accepted.
 */

/** Creates an import whose file is being received. @returns its id */
export async function openImport(
  query: Query,
  columns: readonly Column[],
  { kind, id: actorId }: Sender,
): Promise<string> {
  const id = newId();
  await query(
    `insert into product_imports (id, status, columns, actor_kind, actor_id, created_at)
      values ($1, 'receiving', $2, $3, $4, now())`,
    [id, columns, kind, actorId],
  );
  return id;
}

export async function storeLines(query: Query, importId: string, lines: readonly Line[]): Promise<void> {
  await query(
    `insert into import_rows (import_id, row_number, fields)
      select $1, (line ->> 0)::int, line -> 1 from jsonb_array_elements($2::jsonb) as line`,
    [importId, JSON.stringify(lines)],
  );
}

/** Deletes an import that was not accepted, with its rows. */
export async function discardImport(query: Query, importId: string): Promise<void> {
  await query(
    `delete from import_rows r using product_imports i
      where r.import_id = $1 and i.id = $1 and i.status = 'receiving'`,
    [importId],
  );
  await query(`delete from product_imports where id = $1 and status = 'receiving'`, [importId]);
}
