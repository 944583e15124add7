import type { Import, Result } from '../../entities/import/import.ts';
import type { Line } from '../../entities/import/receiving.ts';
import { type RowProblem, readRow } from '../../entities/import/row.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { loadExistingCatalogue, type NumberedRow } from './existing-catalogue.ts';
import { planRows } from './plan.ts';
import { writePlan } from './write.ts';

/** Creates and updates the products of some lines. @returns the result of each line */
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

/** Imports all rows at once. If the database refuses them, imports them one by one, so that only invalid rows fail. */
async function importRows(tx: Tx, importId: string, rows: readonly NumberedRow[]): Promise<Result[]> {
  const all = await attempt(tx, importId, rows);
  if (Array.isArray(all)) return all;
  const results: Result[] = [];
  for (const row of rows) {
    const single = await attempt(tx, importId, [row]);
    if (Array.isArray(single)) results.push(...single);
    else results.push({ row: row.row, outcome: 'failed', problems: [problemOf(single)] });
  }
  return results;
}

interface Refusal {
  code: string;
  constraint?: string;
}

/** Writes all rows, or none and returns the reason. @throws any error that the data did not cause */
async function attempt(tx: Tx, importId: string, rows: readonly NumberedRow[]): Promise<Result[] | Refusal> {
  if (rows.length === 0) return [];
  await tx.query('savepoint attempt');
  try {
    const existing = await loadExistingCatalogue(tx, rows);
    const { plan, results } = planRows(existing, rows);
    await writePlan(tx, importId, { plan, existing });
    await tx.query('release savepoint attempt');
    return results;
  } catch (error) {
    const refusal = error as Refusal;
    // SQLSTATE 22 (invalid data) and 23 (violated constraint): a concurrent change, or a rule that only the database
    // checks.
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
  problem: `the database refused the row: ${constraint || code}`,
});
