import { defineEntity, p } from '@mikro-orm/core';
import { refused } from '../../domain/errors.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { Column } from './columns.ts';
import type { Line } from './receiving.ts';
import type { RowProblem } from './row.ts';

export type RowOutcome = 'created' | 'updated' | 'unchanged' | 'failed';

/** The result of a row. */
export interface Result {
  row: number;
  outcome: RowOutcome;
  /** Only if it failed. */
  problems?: readonly RowProblem[];
}

const ImportSchema = defineEntity({
  name: 'Import',
  tableName: 'product_imports',
  properties: {
    id: p.uuid().primary(),
    status: p.string().$type<'receiving' | 'waiting' | 'running' | 'done' | 'cancelled'>(),
    columns: p.array().$type<Column[]>(),
    rows: p.integer(),
    lastRow: p.integer(),
    created: p.integer(),
    updated: p.integer(),
    unchanged: p.integer(),
    failed: p.integer(),
    version: p.integer().version(),
    finishedAt: p.datetime().nullable(),
  },
});

/** An import of a product file. `lastRow` is the last processed row; it is stored together with the results. */
export class Import extends ImportSchema.class {
  /** Accepts a file of `rows` rows that was received completely. */
  accept(rows: number): void {
    Object.assign(this, { status: 'waiting', rows });
  }

  /** Starts a waiting import. Call after `lockImportQueue`. @returns false if another import runs */
  async begin(tx: Tx): Promise<boolean> {
    const running = await tx.query(`select 1 from product_imports where status = 'running'`);
    if (running.length > 0) return false;
    this.status = 'running';
    // A rollback to a savepoint, when rows are refused, must not undo it.
    await tx.write();
    return true;
  }

  /** Loads the next unprocessed lines. */
  async loadNextLines(tx: Tx, most: number): Promise<Line[]> {
    const lines = await tx.query<{ row: number; fields: string[] }>(
      `select row_number as row, fields from import_rows where import_id = $1 and row_number > $2
        order by row_number limit $3`,
      [this.id, this.lastRow, most],
    );
    return lines.map(({ row, fields }) => [row, fields]);
  }

  /** Writes the results of the next rows with the progress; `isLast` finishes the import. */
  async record(tx: Tx, results: readonly Result[], { isLast }: { isLast: boolean }): Promise<void> {
    for (const { row, outcome } of results) {
      this[outcome] += 1;
      this.lastRow = Math.max(this.lastRow, row);
    }
    if (isLast) Object.assign(this, { status: 'done', finishedAt: tx.now });
    await tx.query(
      `update import_rows i set outcome = r.outcome, problems = r.problems
        from jsonb_to_recordset($2::jsonb) as r ("row" int, outcome text, problems jsonb)
        where i.import_id = $1 and i.row_number = r.row`,
      [this.id, JSON.stringify(results)],
    );
    await tx.write();
  }

  /** Ends the import before its next rows. @throws IMPORT_OVER if it has ended already, or was never accepted */
  cancel(now: Date): void {
    if (this.status !== 'waiting' && this.status !== 'running') throw refused('IMPORT_OVER', { importId: this.id });
    Object.assign(this, { status: 'cancelled', finishedAt: now });
  }
}
ImportSchema.setClass(Import);
