import { SEALED_PATTERN } from '../../infra/crypto/key-ring.ts';
import type { Query } from '../../infra/database/query.ts';
import { SEALED_COLUMNS } from '../account/privacy/vault.ts';

/** How many rows of a table are sealed by which key; `key` null: in clear, or damaged. */
export interface KeyUse {
  table: string;
  key: string | null;
  rows: number;
}

/** Counts the rows under each key, those of idempotent answers too: a key is needed until nothing is left under it. */
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
