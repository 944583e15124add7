import { SEALED_PATTERN } from '../../../infra/crypto/key-ring.ts';
import type { Query } from '../../../infra/database/query.ts';
import { SEALED_COLUMNS } from './vault.ts';

/** The number of rows of a table that are sealed with one key. A null `key` means clear text or a damaged value. */
export interface KeyUse {
  table: string;
  key: string | null;
  rows: number;
}

/** Counts the rows under each key, including stored idempotent responses. A key is needed until no row uses it. */
export async function countKeys(query: Query): Promise<KeyUse[]> {
  const uses = await Promise.all(Object.keys(SEALED_COLUMNS).map((table) => countIn(query, table)));
  const answers = await query<{ key: string | null; rows: number }>(
    `select ${keyOf(`body #>> '{}'`)} as key, count(*)::int as rows from idempotency_keys group by 1`,
    [],
  );
  return [...uses.flat(), ...answers.map((use) => ({ table: 'idempotency_keys', ...use }))];
}

async function countIn(query: Query, table: string): Promise<KeyUse[]> {
  const values = (SEALED_COLUMNS[table] ?? []).map((column) => `(t.${column})`);
  const uses = await query<{ key: string | null; rows: number }>(
    `select ${keyOf('v.value')} as key, count(distinct t.id)::int as rows
      from ${table} t cross join lateral (values ${values.join(', ')}) as v (value)
      where v.value is not null group by 1`,
    [],
  );
  return uses.map((use) => ({ table, ...use }));
}

const keyOf = (value: string): string =>
  `case when ${value} ~ '${SEALED_PATTERN}' then split_part(${value}, '.', 2) end`;
