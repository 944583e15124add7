import pg from 'pg';
import {
  replayDifference,
  SNAPSHOT_COLUMNS,
  type SnapshotColumns,
} from '../../src/entities/checkout/price-snapshot.ts';
import { INVARIANTS } from '../../src/entities/invariants/all-invariants.ts';
import type { Invariant } from '../../src/entities/reconciliation/invariant.ts';

export const REPLAY = { name: 'pricing.replays', says: 'Replaying the inputs of a stored price gives the same price.' };
const BATCH = 500;

/** A violated invariant with the rows that violate it. */
export interface Violation {
  invariant: Pick<Invariant, 'name' | 'says'>;
  rows: object[];
}

/** Checks every invariant on one snapshot of the database, in a read-only transaction. */
export async function verifyDatabase(url: string): Promise<{ findings: Violation[]; invariants: number }> {
  const client = new pg.Client({ connectionString: url, application_name: 'verify' });
  await client.connect();
  try {
    await client.query(`begin isolation level repeatable read read only`);
    const findings = await brokenInvariants(client, INVARIANTS);
    const unreplayable = await findUnreplayable(client);
    await client.query('commit');
    if (unreplayable.length > 0) findings.push({ invariant: REPLAY, rows: unreplayable });
    return { findings, invariants: INVARIANTS.length + 1 };
  } finally {
    await client.end();
  }
}

/** Returns the invariants that are violated in the open transaction of `client`. */
export async function brokenInvariants(client: pg.Client, invariants: readonly Invariant[]): Promise<Violation[]> {
  const findings: Violation[] = [];
  for (const invariant of invariants) {
    const { rows } = await client.query(invariant.sql);
    if (rows.length > 0) findings.push({ invariant, rows });
  }
  return findings;
}

/** Replays all stored price snapshots in batches; returns the checkouts whose replay differs. */
export async function findUnreplayable(client: pg.Client): Promise<object[]> {
  const broken: object[] = [];
  await client.query(`declare snapshots no scroll cursor for
    select checkout_id as "checkoutId", ${SNAPSHOT_COLUMNS} from pricing_snapshots`);
  for (;;) {
    const { rows } = await client.query<SnapshotColumns & { checkoutId: string }>(`fetch ${BATCH} from snapshots`);
    for (const { checkoutId, ...snapshot } of rows) {
      const difference = replayDifference(snapshot);
      if (difference) broken.push({ checkoutId, ...difference });
    }
    if (rows.length < BATCH) break;
  }
  await client.query('close snapshots');
  return broken;
}
