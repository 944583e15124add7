import type pg from 'pg';
import { type BatchTable, findInBatch } from '../../src/entities/reconciliation/batch.ts';
import type { Invariant } from '../../src/entities/reconciliation/invariant.ts';
import { findPriceDifferences, loadPrices, REPLAY } from '../../src/entities/reconciliation/price-replays.ts';
import { type Scope, scopeOf } from '../../src/entities/reconciliation/scopes.ts';
import type { ChangedRows } from '../../src/entities/verification/changes.ts';
import { queryOf } from './query.ts';

/** Runs the work on one snapshot of the database, in a short read-only transaction of its own. */
export type Snapshot = <T>(work: (client: pg.ClientBase) => Promise<T>) => Promise<T>;

/** The rows of an invariant that were found to violate it. */
export type Report = (invariant: Pick<Invariant, 'name' | 'says'>, rows: readonly object[]) => void;

/** Whether to check the invariant of this name. */
export type Chosen = (name: string) => boolean;

/** A check of a batch of rows, by their ids, in one snapshot. */
type Check = (client: pg.ClientBase, ids: readonly string[]) => Promise<void>;

export interface Batches {
  table: BatchTable;
  /** Ids per batch. */
  size: number;
  check: Check;
}

const FIRST = '00000000-0000-0000-0000-000000000000';
/** The checkouts of a cart are compared with it. Most carts have none, so they have batches of their own. */
const OF_CARTS = 'carts.belong-to-their-checkout';

interface Choice {
  invariants: readonly Invariant[];
  chosen: Chosen;
  report: Report;
}

/** The checks of rows that belong to checkouts, carts and variants. */
export function batchesOf({ invariants, chosen, report }: Choice): Record<BatchTable, Batches> {
  const inScope = (scope: Scope) => invariants.filter((invariant) => scopeOf(invariant) === scope);
  const parts = invariants.flatMap(({ parts, ...rest }) => (parts ? [{ ...rest, sql: parts.checkouts }] : []));
  const checkAll =
    (table: BatchTable, ofTable: readonly Invariant[]): Check =>
    async (client, ids) => {
      const found = await findInBatch(queryOf(client), { table, ids, invariants: ofTable });
      for (const invariant of ofTable) {
        const rows = found.filter(({ kind }) => kind === invariant.name).map(({ facts }) => facts);
        report(invariant, rows);
      }
    };
  const checkCheckouts = checkAll('checkouts', [...inScope('checkouts'), ...parts]);
  const ofCarts = invariants.filter(({ name }) => name === OF_CARTS);
  return {
    checkouts: {
      table: 'checkouts',
      size: 500,
      async check(client, ids) {
        const prices = chosen(REPLAY.name) ? await loadPrices(queryOf(client), ids) : [];
        // The prices are replayed while PostgreSQL works.
        const [differences] = await Promise.all([findPriceDifferences(prices), checkCheckouts(client, ids)]);
        report(REPLAY, differences);
      },
    },
    carts: { table: 'carts', size: 2_000, check: checkAll('carts', ofCarts) },
    variants: { table: 'variants', size: 500, check: checkAll('variants', inScope('variants')) },
  };
}

/** Reads the next rows of a list, in one snapshot. */
export type ReadNext = (client: pg.ClientBase, after: string) => Promise<ChangedRows>;

/** Checks the rows of a list that is read in batches. @returns their number; rows in two batches count twice */
export async function checkListed(snapshot: Snapshot, batches: Batches, readNext: ReadNext): Promise<number> {
  let checked = 0;
  for (let after: string | null = FIRST; after !== null; ) {
    const from: string = after;
    const { ids, next } = await snapshot((client) => readNext(client, from));
    await checkIds(snapshot, batches, ids);
    checked += ids.length;
    after = next;
  }
  return checked;
}

async function checkIds(snapshot: Snapshot, { size, check }: Batches, ids: readonly string[]): Promise<void> {
  for (let start = 0; start < ids.length; start += size) {
    const batch = ids.slice(start, start + size);
    await snapshot((client) => check(client, batch));
  }
}

/** Checks all rows of a table with a greater id than `after`, in batches in the order of their ids. @returns their number */
export async function checkFrom(snapshot: Snapshot, batches: Batches, after = FIRST): Promise<number> {
  let checked = 0;
  for (let last: string | null = after; last !== null; ) {
    const ids = await checkNext(snapshot, batches, last);
    checked += ids.length;
    last = ids.length < batches.size ? null : (ids.at(-1) ?? null);
  }
  return checked;
}

const checkNext = (snapshot: Snapshot, { table, size, check }: Batches, after: string): Promise<string[]> =>
  snapshot(async (client) => {
    const text = `select id from ${table} where id > $1 order by id limit ${size}`;
    const { rows } = await client.query<{ id: string }>(text, [after]);
    const ids = rows.map(({ id }) => id);
    if (ids.length > 0) await check(client, ids);
    return ids;
  });
