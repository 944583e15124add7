import { replayDifference, SNAPSHOT_COLUMNS, type SnapshotColumns } from '../../entities/checkout/price-snapshot.ts';
import type { FoundRow } from '../../entities/reconciliation/discrepancy.ts';
import { firstIdOf, type Run } from '../../entities/reconciliation/run.ts';
import { inBatch, invariantsIn } from '../../entities/reconciliation/scopes.ts';
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
  const found = await findViolations(
    tx,
    invariantsIn('waiting').map(({ name, sql }) => ({ name, sql, params: [] })),
  );
  return { found, checked: 1, cursor: null };
}

/** Checks the next invariant over whole tables. Only full runs check them. */
export async function inspectWhole(tx: Tx, { cursor }: Pick<Run, 'cursor'>): Promise<PhaseResult> {
  const statements = invariantsIn('whole').flatMap(({ name, sql, parts }) => {
    const atOnce = parts ? parts.others : sql;
    return atOnce === undefined ? [] : [{ name, sql: atOnce, params: [] }];
  });
  const position = statements.findIndex(({ name }) => name === cursor) + 1;
  const found = await findViolations(tx, statements.slice(position, position + 1));
  return { found, checked: 1, cursor: (statements[position + 1] && statements[position]?.name) ?? null };
}

/** Checks a batch of checkouts with their orders, payments, documents and prices. */
export async function inspectCheckouts(tx: Tx, run: Run): Promise<PhaseResult> {
  const batch = await nextBatch(tx, run, 'checkouts');
  if (batch.ids.length === 0) return { found: [], checked: 0, cursor: null };
  const params = [batch.ids];
  const parts = invariantsIn('whole').flatMap(({ name, parts }) => (parts ? [{ name, sql: parts.checkouts }] : []));
  const wanted = [...invariantsIn('checkouts'), ...(run.kind === 'full' ? parts : [])];
  const invariants = wanted.map((invariant) => ({
    name: invariant.name,
    sql: inBatch(invariant, 'checkouts'),
    params,
  }));
  const found = [...(await findViolations(tx, invariants)), ...(await findPriceDifferences(tx, batch.ids))];
  return { found, checked: batch.ids.length, cursor: batch.next };
}

/** Checks a batch of variants with their stock levels, movements and reservations. */
export async function inspectVariants(tx: Tx, run: Run): Promise<PhaseResult> {
  const batch = await nextBatch(tx, { ...run, kind: 'full' }, 'variants');
  if (batch.ids.length === 0) return { found: [], checked: 0, cursor: null };
  const params = [batch.ids];
  const wanted = invariantsIn('variants').filter(({ isOnlyFull }) => run.kind === 'full' || !isOnlyFull);
  const invariants = wanted.map((invariant) => ({
    name: invariant.name,
    sql: inBatch(invariant, 'variants'),
    params,
  }));
  return { found: await findViolations(tx, invariants), checked: batch.ids.length, cursor: batch.next };
}

async function nextBatch(tx: Tx, run: Run, table: 'checkouts' | 'variants') {
  const rows = await tx.query<{ id: string }>(`select id from ${table} where id > $1 order by id limit $2`, [
    run.cursor ?? firstIdOf(run),
    BATCH,
  ]);
  const ids = rows.map(({ id }) => id);
  return { ids, next: ids.length < BATCH ? null : (ids.at(-1) ?? null) };
}

async function findViolations(
  tx: Tx,
  invariants: readonly { name: string; sql: string; params: unknown[] }[],
): Promise<FoundRow[]> {
  const found: FoundRow[] = [];
  for (const { name: kind, sql, params } of invariants) {
    const rows = await tx.query(`select * from (${sql}) as found limit ${MAX_FOUND}`, params);
    found.push(...rows.map((facts) => ({ kind, facts })));
  }
  return found;
}

/** Finds stored prices that differ from the price calculated from their inputs. */
async function findPriceDifferences(tx: Tx, checkoutIds: readonly string[]): Promise<FoundRow[]> {
  const snapshots = await tx.query<SnapshotColumns & { checkoutId: string }>(
    `select checkout_id as "checkoutId", ${SNAPSHOT_COLUMNS} from pricing_snapshots where checkout_id = any($1)`,
    [checkoutIds],
  );
  return snapshots.flatMap(({ checkoutId, ...snapshot }) => {
    const difference = replayDifference(snapshot);
    return difference ? [{ kind: 'pricing.replays', facts: { checkoutId, ...difference } }] : [];
  });
}
