import { differenceOf, type StoredSnapshot } from '../../domain/pricing/snapshot.ts';
import type { FoundRow } from '../../entities/reconciliation/discrepancy.ts';
import { firstIdOf, type Run } from '../../entities/reconciliation/run.ts';
import { inBatch, invariantsIn } from '../../entities/reconciliation/scopes.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';

/** What a step found, how much it looked at, and where it goes on; null at the end of its phase. */
export interface Looked {
  found: FoundRow[];
  checked: number;
  cursor: string | null;
}

/** Checkouts or variants per step: a few milliseconds of the database, beside live traffic. */
const BATCH = 200;
/** Of one law in one step; what is beyond comes with the next run. */
const MOST_RULES = 200;

/** Work that waits for too long: found by indexes, whatever the size of the shop. */
export async function lookAtWaiting(tx: Tx): Promise<Looked> {
  const found = await broken(
    tx,
    invariantsIn('waiting').map(({ name, sql }) => ({ name, sql, params: [] })),
  );
  return { found, checked: 1, cursor: null };
}

/** Laws about everything at once, which only a full run looks at. */
export async function lookAtWhole(tx: Tx): Promise<Looked> {
  const found = await broken(
    tx,
    invariantsIn('whole').map(({ name, sql }) => ({ name, sql, params: [] })),
  );
  return { found, checked: 1, cursor: null };
}

/** A batch of checkouts, with their orders, payments, documents and prices. */
export async function lookAtCheckouts(tx: Tx, run: Run): Promise<Looked> {
  const batch = await nextBatch(tx, run, 'checkouts');
  if (batch.ids.length === 0) return { found: [], checked: 0, cursor: null };
  const params = [batch.after, BATCH];
  const invariants = invariantsIn('checkouts').map((invariant) => ({
    name: invariant.name,
    sql: inBatch(invariant, 'checkouts'),
    params,
  }));
  const found = [...(await broken(tx, invariants)), ...(await unreplayable(tx, batch.ids))];
  return { found, checked: batch.ids.length, cursor: batch.next };
}

/** A batch of variants, with their levels, movements and reservations. */
export async function lookAtVariants(tx: Tx, run: Run): Promise<Looked> {
  const batch = await nextBatch(tx, { ...run, kind: 'full' }, 'variants');
  if (batch.ids.length === 0) return { found: [], checked: 0, cursor: null };
  const params = [batch.after, BATCH];
  const invariants = invariantsIn('variants').map((invariant) => ({
    name: invariant.name,
    sql: inBatch(invariant, 'variants'),
    params,
  }));
  return { found: await broken(tx, invariants), checked: batch.ids.length, cursor: batch.next };
}

async function nextBatch(tx: Tx, run: Run, table: 'checkouts' | 'variants') {
  const after = run.cursor ?? firstIdOf(run);
  const rows = await tx.query<{ id: string }>(`select id from ${table} where id > $1 order by id limit $2`, [
    after,
    BATCH,
  ]);
  const ids = rows.map(({ id }) => id);
  return { after, ids, next: ids.length < BATCH ? null : (ids.at(-1) ?? null) };
}

async function broken(
  tx: Tx,
  invariants: readonly { name: string; sql: string; params: unknown[] }[],
): Promise<FoundRow[]> {
  const found: FoundRow[] = [];
  for (const { name: kind, sql, params } of invariants) {
    const rows = await tx.query(`select * from (${sql}) as found limit ${MOST_RULES}`, params);
    found.push(...rows.map((facts) => ({ kind, facts })));
  }
  return found;
}

/** Prices that do not come out of their inputs again. */
async function unreplayable(tx: Tx, checkoutIds: readonly string[]): Promise<FoundRow[]> {
  const snapshots = await tx.query<StoredSnapshot & { checkoutId: string }>(
    `select checkout_id as "checkoutId", engine_version as "engineVersion", inputs, output from pricing_snapshots
      where checkout_id = any($1)`,
    [checkoutIds],
  );
  return snapshots.flatMap(({ checkoutId, ...snapshot }) => {
    const difference = differenceOf(snapshot);
    return difference ? [{ kind: 'pricing.replays', facts: { checkoutId, ...difference } }] : [];
  });
}
