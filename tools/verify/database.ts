import pg from 'pg';
import { INVARIANTS } from '../../src/entities/invariants/all-invariants.ts';
import type { Invariant } from '../../src/entities/reconciliation/invariant.ts';
import { scopeOf } from '../../src/entities/reconciliation/scopes.ts';
import {
  type Changes,
  changesSince,
  readOtherCheckouts,
  readRecordedBefore,
  readRecordedCarts,
  readRecordedCheckouts,
} from '../../src/entities/verification/changes.ts';
import { uuidv7Floor } from '../../src/infra/ids.ts';
import { batchesOf, type Chosen, checkFrom, checkListed, type Report, type Snapshot } from './batches.ts';
import { queryOf } from './query.ts';

/** A violated invariant with the rows that violate it. */
export interface Violation {
  invariant: Pick<Invariant, 'name' | 'says'>;
  rows: object[];
}

/** The rows to check: all, or what changed since a check that found nothing. */
export type Extent = 'all' | Changes;

/** What a check of the database found. */
export interface Verified {
  findings: Violation[];
  /** The number of checked invariants. */
  invariants: number;
  /** The number of checked checkouts, with all that belongs to them; one that is in two batches counts twice. */
  checkouts: number;
  /** The check has read the recorded changes of all transactions before this one (`xid8`). */
  recordedBefore: string;
}

/**
 * Checks every invariant, in many short read-only transactions.
 * @param provenAt when the last check began that found nothing; null: everything is checked
 */
export async function verifyDatabase(url: string, provenAt: Date | null = null): Promise<Verified> {
  const client = new pg.Client({ connectionString: url, application_name: 'verify' });
  await client.connect();
  try {
    // Compiling the statements of a batch would take longer than running them.
    await client.query(`set jit = off`);
    const snapshot: Snapshot = async (work) => {
      await client.query(`begin isolation level repeatable read read only`);
      const result = await work(client);
      await client.query('commit');
      return result;
    };
    if (provenAt === null) {
      const recordedBefore = await snapshot((reader) => readRecordedBefore(queryOf(reader)));
      return { ...(await findViolations(snapshot, { extent: 'all' })), invariants: COUNT, recordedBefore };
    }
    const extent = await snapshot((reader) => changesSince(queryOf(reader), provenAt));
    return {
      ...(await findViolations(snapshot, { extent })),
      invariants: COUNT,
      recordedBefore: extent.recordedBefore,
    };
  } finally {
    await client.end();
  }
}

const COUNT = INVARIANTS.length + 1;

/** Checks the chosen invariants: rows of checkouts, carts and variants in batches, other rows at once. */
export async function findViolations(
  snapshot: Snapshot,
  { extent, chosen = () => true }: { extent: Extent; chosen?: Chosen },
): Promise<Pick<Verified, 'findings' | 'checkouts'>> {
  const { findings, report } = collect();
  const wanted = INVARIANTS.filter(({ name, isOnlyFull }) => chosen(name) && !(isOnlyFull && extent !== 'all'));
  for (const invariant of wanted) {
    const statement = statementAtOnce(invariant, extent);
    if (statement) report(invariant, await snapshot((client) => violationsOf(client, statement)));
  }
  const { checkouts, carts, variants } = batchesOf({ invariants: wanted, chosen, report });
  const since = extent === 'all' ? undefined : extent.since;
  const first = since && uuidv7Floor(since);
  let checked = await checkFrom(snapshot, checkouts, first);
  await checkFrom(snapshot, carts, first);
  if (since) {
    for (const read of [readRecordedCheckouts, readOtherCheckouts])
      checked += await checkListed(snapshot, checkouts, (client, after) => read(queryOf(client), { since, after }));
    await checkListed(snapshot, carts, (client, after) => readRecordedCarts(queryOf(client), { after }));
  }
  await checkFrom(snapshot, variants);
  return { findings: findings(), checkouts: checked };
}

/** The violations that a statement finds, as JSON: as batches report them. */
const violationsOf = async (client: pg.ClientBase, { text, values = [] }: pg.QueryConfig): Promise<object[]> => {
  const sql = `select row_to_json(violation) as facts from (${text}) as violation`;
  return (await queryOf(client)<{ facts: object }>(sql, values)).map(({ facts }) => facts);
};

/** The statement of an invariant that reads whole tables; undefined if batches check all its rows. */
function statementAtOnce(invariant: Invariant, extent: Extent): pg.QueryConfig | undefined {
  const { sql, recent, parts } = invariant;
  if (['checkouts', 'variants'].includes(scopeOf(invariant))) return undefined;
  if (recent && extent !== 'all') return { text: recent, values: [extent.since] };
  const text = parts ? parts.others : sql;
  return text === undefined ? undefined : { text };
}

/** Returns the invariants that are violated in the open transaction of `client`, by their statements over whole tables. */
export async function brokenInvariants(client: pg.Client, invariants: readonly Invariant[]): Promise<Violation[]> {
  const { findings, report } = collect();
  for (const invariant of invariants) report(invariant, await violationsOf(client, { text: invariant.sql }));
  return findings();
}

/** Collects violations by invariant. A row that two batches contain counts once. */
function collect(): { findings: () => Violation[]; report: Report } {
  const found = new Map<string, { invariant: Violation['invariant']; rows: Map<string, object> }>();
  const report: Report = (invariant, rows) => {
    if (rows.length === 0) return;
    const known = found.get(invariant.name) ?? { invariant, rows: new Map<string, object>() };
    found.set(invariant.name, known);
    for (const row of rows) known.rows.set(JSON.stringify(row), row);
  };
  return {
    findings: () => [...found.values()].map(({ invariant, rows }) => ({ invariant, rows: [...rows.values()] })),
    report,
  };
}
