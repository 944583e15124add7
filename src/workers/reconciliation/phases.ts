import { type BatchTable, findInBatch } from '../../entities/reconciliation/batch.ts';
import type { FoundRow } from '../../entities/reconciliation/discrepancy.ts';
import type { Invariant } from '../../entities/reconciliation/invariant.ts';
import { findPriceDifferences, loadPrices, REPLAY } from '../../entities/reconciliation/price-replays.ts';
import { firstIdOf, type Run } from '../../entities/reconciliation/run.ts';
import { invariantsIn } from '../../entities/reconciliation/scopes.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';

/**
 * The result of a step: discrepancies, number of checked records, and the next cursor; null at the end of its phase.
 */
export interface PhaseResult {
  found: FoundRow[];
  checked: number;
  cursor: string | null;
}

/** Checkouts or variants per step, to keep each step within a few milliseconds beside live traffic. */
const BATCH = 200;
/** The most discrepancies of one invariant per step. The next run finds the rest. */
const MAX_FOUND = 200;

/** Finds overdue work, by index, independent of the size of the shop. */
export async function inspectWaiting(tx: Tx): Promise<PhaseResult> {
  return { found: await findViolations(tx, invariantsIn('waiting')), checked: 1, cursor: null };
}

/** Checks the next invariant over whole tables. Only full runs check them. */
export async function inspectWhole(tx: Tx, { cursor }: Pick<Run, 'cursor'>): Promise<PhaseResult> {
  const statements = invariantsIn('whole').flatMap(({ name, sql, parts }) => {
    const atOnce = parts ? parts.others : sql;
    return atOnce === undefined ? [] : [{ name, sql: atOnce }];
  });
  const position = statements.findIndex(({ name }) => name === cursor) + 1;
  const found = await findViolations(tx, statements.slice(position, position + 1));
  return { found, checked: 1, cursor: (statements[position + 1] && statements[position]?.name) ?? null };
}

/** Checks a batch of checkouts with their orders, payments, documents and prices. */
export async function inspectCheckouts(tx: Tx, run: Run): Promise<PhaseResult> {
  const { ids, next } = await nextBatch(tx, run, 'checkouts');
  const parts = invariantsIn('whole').flatMap(({ name, parts }) => (parts ? [{ name, sql: parts.checkouts }] : []));
  const invariants = [...invariantsIn('checkouts'), ...(run.kind === 'full' ? parts : [])];
  const prices = await loadPrices(tx.query, ids);
  // The prices are replayed while PostgreSQL works.
  const [found, differences] = await Promise.all([
    findInBatch(tx.query, { table: 'checkouts', ids, invariants, most: MAX_FOUND }),
    findPriceDifferences(prices),
  ]);
  const replays = differences.map((facts) => ({ kind: REPLAY.name, facts }));
  return { found: [...found, ...replays], checked: ids.length, cursor: next };
}

/** Checks a batch of variants with their stock levels, movements and reservations. */
export async function inspectVariants(tx: Tx, run: Run): Promise<PhaseResult> {
  const { ids, next } = await nextBatch(tx, { ...run, kind: 'full' }, 'variants');
  const invariants = invariantsIn('variants').filter(({ isOnlyFull }) => run.kind === 'full' || !isOnlyFull);
  const found = await findInBatch(tx.query, { table: 'variants', ids, invariants, most: MAX_FOUND });
  return { found, checked: ids.length, cursor: next };
}

async function nextBatch(tx: Tx, run: Run, table: Exclude<BatchTable, 'carts'>) {
  const rows = await tx.query<{ id: string }>(`select id from ${table} where id > $1 order by id limit $2`, [
    run.cursor ?? firstIdOf(run),
    BATCH,
  ]);
  const ids = rows.map(({ id }) => id);
  return { ids, next: ids.length < BATCH ? null : (ids.at(-1) ?? null) };
}

async function findViolations(tx: Tx, invariants: readonly Pick<Invariant, 'name' | 'sql'>[]): Promise<FoundRow[]> {
  const found: FoundRow[] = [];
  for (const { name: kind, sql } of invariants) {
    const rows = await tx.query(`select * from (${sql}) as found limit ${MAX_FOUND}`);
    found.push(...rows.map((facts) => ({ kind, facts })));
  }
  return found;
}
