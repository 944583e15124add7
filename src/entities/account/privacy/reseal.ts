import { isSealed } from '../../../infra/crypto/key-ring.ts';
import type { Query } from '../../../infra/database/query.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { SEALED_COLUMNS, type Vault } from './vault.ts';

export interface Batch {
  /** A table of SEALED_COLUMNS. */
  table: string;
  /** Rows behind this id. */
  after: string;
  /** Most rows. */
  size: number;
}

export interface Resealed {
  /** Rows that the newest key has sealed now. */
  resealed: number;
  /** Ids of rows with a value that no key opens; nothing was done to them. */
  unreadable: string[];
  /** Where the next batch goes on; null behind the last row. */
  last: string | null;
}

type Row = { id: string } & Record<string, string | null>;

/**
 * Seals the next rows of a table under the newest key that are not yet; whatever is current is passed over, so a run
 * that was cut off goes on with the next one. Reading and writing are one transaction under the rows' locks: an edit
 * comes before or after, and is never overwritten. Rows that somebody else holds are left to the next round: waiting
 * for them with locks of our own in hand could be waiting for each other.
 *
 * The version of an aggregate stays: it says the same as before. Whoever has loaded it writes only the columns that they
 * changed, and a value sealed by the key before is as good as one sealed by the newest.
 */
export async function resealBatch(tx: Tx, vault: Vault, { table, after, size }: Batch): Promise<Resealed> {
  const columns = columnsOf(table);
  const rows = await tx.query<Row>(
    `select id, ${columns.join(', ')} from ${table}
      where id > $1 and (${notCurrent(table, '$2')}) order by id limit $3 for no key update skip locked`,
    [after, vault.ring.prefix, size],
  );
  const fresh: Row[] = [];
  const unreadable: string[] = [];
  for (const row of rows) {
    const resealed = reseal(vault, table, row);
    if (resealed) fresh.push(resealed);
    else unreadable.push(row.id);
  }
  if (fresh.length > 0) {
    await tx.query(
      `update ${table} t set ${columns.map((column) => `${column} = n.${column}`).join(', ')}
        from jsonb_to_recordset($1::jsonb) as n (id uuid, ${columns.map((column) => `${column} text`).join(', ')})
        where t.id = n.id`,
      [JSON.stringify(fresh)],
    );
  }
  return { resealed: fresh.length, unreadable, last: rows.length < size ? null : (rows.at(-1)?.id ?? null) };
}

/** The row under the newest key; undefined when one of its values cannot be opened. */
function reseal({ ring }: Vault, table: string, row: Row): Row | undefined {
  const fresh: Row = { ...row };
  try {
    for (const column of columnsOf(table)) {
      const value = row[column];
      if (value == null || ring.isCurrent(value)) continue;
      const place = `${table}.${column}:${row.id}`;
      fresh[column] = ring.seal(stoodInClear(`${table}.${column}`, value) ? value : ring.open(value, place), place);
    }
    return fresh;
  } catch {
    return undefined;
  }
}

const isAddress = (text: string): boolean => text.startsWith('{') && text.endsWith('}');

/** What may stand in clear, from before it was sealed. Anything else that does not look sealed is damage. */
const FROM_BEFORE: Readonly<Record<string, (text: string) => boolean>> = {
  'checkouts.email': (text) => text.includes('@'),
  'checkouts.shipping_address': isAddress,
  'checkouts.billing_address': isAddress,
};

const stoodInClear = (column: string, text: string): boolean =>
  !isSealed(text) && (FROM_BEFORE[column]?.(text) ?? false);

const columnsOf = (table: string): readonly string[] => SEALED_COLUMNS[table] ?? [];

const notCurrent = (table: string, prefix: string): string =>
  columnsOf(table)
    .map((column) => `not starts_with(${column}, ${prefix})`)
    .join(' or ');

/** How many rows of a table the newest key has not sealed yet. */
export async function countLeft(query: Query, vault: Vault, table: string): Promise<number> {
  const [left] = await query<{ rows: number }>(
    `select count(*)::int as rows from ${table} where ${notCurrent(table, '$1')}`,
    [vault.ring.prefix],
  );
  return left?.rows ?? 0;
}
