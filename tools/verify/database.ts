import pg from 'pg';
import { differenceOf, type StoredSnapshot } from '../../src/domain/pricing/snapshot.ts';
import { INVARIANTS } from '../../src/entities/invariants/every.ts';
import type { Invariant } from '../../src/entities/reconciliation/invariant.ts';

export const REPLAY = { name: 'pricing.replays', says: 'A stored price comes out again from what it was made of.' };
const BATCH = 500;

/** A law that does not hold, with the rows that break it. */
export interface RecoveryRule {
  invariant: Pick<Invariant, 'name' | 'says'>;
  rows: object[];
}

/** Checks every law against one snapshot of the database, in a transaction that cannot write. */
export async function verifyDatabase(url: string): Promise<{ findings: RecoveryRule[]; invariants: number }> {
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

/** Those of the laws that do not hold in what the open transaction of `client` sees. */
export async function brokenInvariants(client: pg.Client, invariants: readonly Invariant[]): Promise<RecoveryRule[]> {
  const findings: RecoveryRule[] = [];
  for (const invariant of invariants) {
    const { rows } = await client.query(invariant.sql);
    if (rows.length > 0) findings.push({ invariant, rows });
  }
  return findings;
}

/** Prices every stored snapshot again, a few at a time; the checkouts whose price does not come out again. */
export async function findUnreplayable(client: pg.Client): Promise<object[]> {
  const broken: object[] = [];
  await client.query(`declare snapshots no scroll cursor for
    select checkout_id as "checkoutId", engine_version as "engineVersion", inputs, output from pricing_snapshots`);
  for (;;) {
    const { rows } = await client.query<StoredSnapshot & { checkoutId: string }>(`fetch ${BATCH} from snapshots`);
    for (const { checkoutId, ...snapshot } of rows) {
      const difference = differenceOf(snapshot);
      if (difference) broken.push({ checkoutId, ...difference });
    }
    if (rows.length < BATCH) break;
  }
  await client.query('close snapshots');
  return broken;
}
