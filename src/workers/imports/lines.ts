import type { Import, Result } from '../../entities/import/progress.ts';
import type { Line } from '../../entities/import/receiving.ts';
import { type RowProblem, readRow } from '../../entities/import/row.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { loadKnown, type NumberedRow } from './existing-catalogue.ts';
import { planRows } from './plan.ts';
import { writePlan } from './write.ts';

/** Makes and changes the products of some lines. @returns what became of each line, whatever it was */
export async function importLines(tx: Tx, { id, columns }: Import, lines: readonly Line[]): Promise<Result[]> {
  const results: Result[] = [];
  const rows: NumberedRow[] = [];
  for (const [row, cells] of lines) {
    const read = readRow(columns, cells);
    if (Array.isArray(read)) results.push({ row, outcome: 'failed', problems: read });
    else rows.push({ row, ...read });
  }
  return [...results, ...(await importRows(tx, id, rows))];
}

/** All rows at once; where the database refuses them, one by one, so that only those fail that have to. */
async function importRows(tx: Tx, importId: string, rows: readonly NumberedRow[]): Promise<Result[]> {
  const together = await attempt(tx, importId, rows);
  if (Array.isArray(together)) return together;
  const results: Result[] = [];
  for (const row of rows) {
    const alone = await attempt(tx, importId, [row]);
    if (Array.isArray(alone)) results.push(...alone);
    else results.push({ row: row.row, outcome: 'failed', problems: [problemOf(alone)] });
  }
  return results;
}

interface Refusal {
  code: string;
  constraint?: string;
}

/** Either all of it is written, or nothing and the reason is answered. @throws what is no fault of the rows */
async function attempt(tx: Tx, importId: string, rows: readonly NumberedRow[]): Promise<Result[] | Refusal> {
  if (rows.length === 0) return [];
  await tx.query('savepoint attempt');
  try {
    const existing = await loadKnown(tx, rows);
    const { plan, results } = planRows(existing, rows);
    await writePlan(tx, importId, { plan, existing });
    await tx.query('release savepoint attempt');
    return results;
  } catch (error) {
    const refusal = error as Refusal;
    // Data that does not fit, and broken constraints: another transaction was faster, or a rule that only the database has.
    if (!/^2[23]/.test(refusal.code ?? '')) throw error;
    await tx.query('rollback to savepoint attempt');
    return refusal;
  }
}

const COLUMN_OF: Record<string, string> = {
  variants_sku_key: 'sku',
  products_slug_key: 'slug',
  reserved_is_covered: 'backorderLimit',
  on_hand_is_within_backorder: 'backorderLimit',
  products_tax_class_fkey: 'taxClass',
};

const problemOf = ({ code, constraint = '' }: Refusal): RowProblem => ({
  column: COLUMN_OF[constraint] ?? '',
  problem: `the database refuses it: ${constraint || code}`,
});
