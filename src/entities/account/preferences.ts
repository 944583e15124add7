import type { LayeredCache } from '../../infra/cache/layered-cache.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { opened, sealed, type Vault } from './privacy/vault.ts';

/** What a customer likes, by name, in the words of the shop front. */
export type Preferences = Record<string, string | number | boolean>;

const WEEK_SECONDS = 7 * 86_400;
const place = (id: string): string => `account_preferences.preferences:${id}`;

/** The preferences of a customer; sealed wherever they are kept. */
export async function readPreferences(
  { query, layers, vault }: { query: Query; layers: LayeredCache; vault: Vault },
  id: string,
): Promise<Preferences> {
  const entry = { key: `preferences:${id}`, on: [`preferences:${id}`], seconds: WEEK_SECONDS };
  const kept = await layers.read(entry, () => sealedPreferences(query, id));
  return kept ? JSON.parse(opened(vault, kept.preferences, place(id))) : {};
}

export async function sealedPreferences(query: Query, id: string): Promise<{ preferences: string } | undefined> {
  const [row] = await query<{ preferences: string }>(`select preferences from account_preferences where id = $1`, [id]);
  return row;
}

/** Writes all preferences of a customer anew. */
export async function writePreferences(
  tx: Tx,
  vault: Vault,
  { id, preferences }: { id: string; preferences: Preferences },
): Promise<void> {
  await tx.query(
    `insert into account_preferences as p (id, preferences, updated_at) values ($1, $2, $3)
      on conflict (id) do update set preferences = excluded.preferences, version = p.version + 1, updated_at = excluded.updated_at`,
    [id, sealed(vault, JSON.stringify(preferences), place(id)), tx.now],
  );
}

/** In clear, as they are stored. */
export async function exportPreferences(
  { query, vault }: { query: Query; vault: Vault },
  id: string,
): Promise<Preferences> {
  const row = await sealedPreferences(query, id);
  return row ? JSON.parse(opened(vault, row.preferences, place(id))) : {};
}
