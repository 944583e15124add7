import { isSealed } from '../../../infra/crypto/key-ring.ts';
import type { Query } from '../../../infra/database/query.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { SEALED_COLUMNS, type Vault } from './vault.ts';

export interface Batch {
  /** A table of SEALED_COLUMNS. */
  table: string;
  /** Only rows after this id. */
  after: string;
  /** Most rows. */
  size: number;
}

export interface Resealed {
  /** Number of rows that were sealed under the newest key. */
  resealed: number;
  /** Ids of rows with a value that no key opens; they are unchanged. */
  unreadable: string[];
  /** The id after which the next batch starts; null after the last row. */
  last: string | null;
}

type Row = { id: string } & Record<string, string | null>;

/**
 * Seals the next rows of a table that are not under the newest key yet. It skips current rows, so the next run continues
 * an interrupted one. Reading and writing are one transaction under row locks, so that no concurrent edit is overwritten.
 * Locked rows are left to the next run: waiting for them while holding locks could deadlock.
 *
 * The version of an aggregate stays, because its content is the same. A transaction that has loaded the aggregate writes
 * only the columns that it changed, and values under the previous key remain readable.
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

/** Seals a row under the newest key. @returns undefined if one of its values cannot be opened */
function reseal({ ring }: Vault, table: string, row: Row): Row | undefined {
  const fresh: Row = { ...row };
  try {
    for (const column of columnsOf(table)) {
      const value = row[column];
      if (value == null || ring.isCurrent(value)) continue;
      const place = `${table}.${column}:${row.id}`;
      fresh[column] = ring.seal(isClearText(`${table}.${column}`, value) ? value : ring.open(value, place), place);
    }
    return fresh;
  } catch {
    return undefined;
  }
}

const isAddress = (text: string): boolean => text.startsWith('{') && text.endsWith('}');

/** Columns that earlier versions stored in clear text. Any other value that does not look sealed is damaged. */
const CLEAR_TEXT_FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  'checkouts.email': (text) => text.includes('@'),
  'checkouts.shipping_address': isAddress,
  'checkouts.billing_address': isAddress,
};

const isClearText = (column: string, text: string): boolean =>
  !isSealed(text) && (CLEAR_TEXT_FORMATS[column]?.(text) ?? false);

const columnsOf = (table: string): readonly string[] => SEALED_COLUMNS[table] ?? [];

const notCurrent = (table: string, prefix: string): string =>
  columnsOf(table)
    .map((column) => `not starts_with(${column}, ${prefix})`)
    .join(' or ');

/** Counts the rows of a table that are not under the newest key. */
export async function countLeft(query: Query, vault: Vault, table: string): Promise<number> {
  const [left] = await query<{ rows: number }>(
    `select count(*)::int as rows from ${table} where ${notCurrent(table, '$1')}`,
    [vault.ring.prefix],
  );
  return left?.rows ?? 0;
}
