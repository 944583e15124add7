import { refused } from '../../domain/errors.ts';
import type { LayeredCache } from '../../infra/cache/layered-cache.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { lockActiveAccount } from './privacy/erasure.ts';
import { openColumn, sealColumn, type Vault } from './privacy/vault.ts';

/** Preferences of a customer by name; the storefront defines names and values. */
export type Preferences = Record<string, string | number | boolean>;

const WEEK_SECONDS = 7 * 86_400;
const place = (id: string): string => `account_preferences.preferences:${id}`;

/** Reads the preferences of a customer. They are sealed in the database and in all caches. */
export async function readPreferences(
  { query, layers, vault }: { query: Query; layers: LayeredCache; vault: Vault },
  id: string,
): Promise<Preferences> {
  const entry = { key: `preferences:${id}`, on: [`preferences:${id}`], seconds: WEEK_SECONDS };
  const row = await layers.read(entry, () => sealedPreferences(query, id));
  return row ? JSON.parse(openColumn(vault, row.preferences, place(id))) : {};
}

async function sealedPreferences(query: Query, id: string): Promise<{ preferences: string } | undefined> {
  const [row] = await query<{ preferences: string }>(`select preferences from account_preferences where id = $1`, [id]);
  return row;
}

/** Replaces all preferences of a customer. @throws ACCOUNT_STATE_CONFLICT if the account is not active */
export async function writePreferences(
  tx: Tx,
  vault: Vault,
  { id, preferences }: { id: string; preferences: Preferences },
): Promise<void> {
  if (!(await lockActiveAccount(tx, id))) throw refused('ACCOUNT_STATE_CONFLICT');
  await tx.query(
    `insert into account_preferences as p (id, preferences, updated_at) values ($1, $2, $3)
      on conflict (id) do update set preferences = excluded.preferences, version = p.version + 1, updated_at = excluded.updated_at`,
    [id, sealColumn(vault, JSON.stringify(preferences), place(id)), tx.now],
  );
}

/** Reads the preferences in clear text from the database, without caches. */
export async function exportPreferences(
  { query, vault }: { query: Query; vault: Vault },
  id: string,
): Promise<Preferences> {
  const row = await sealedPreferences(query, id);
  return row ? JSON.parse(openColumn(vault, row.preferences, place(id))) : {};
}
