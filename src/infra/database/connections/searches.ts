import type pg from 'pg';

/** The time limit of a search in milliseconds; no client waits longer. */
const SEARCH_MS = 10_000;

/** Settings for one transaction: plans by the values, and a time limit. */
const SEARCH_SETTINGS = `select set_config('plan_cache_mode', 'force_custom_plan', true),
  set_config('statement_timeout', '${SEARCH_MS}ms', true)`;

export interface Search {
  text: string;
  values: readonly unknown[];
}

/** Runs a statement whose best plan depends on its values. */
export const search = async <R extends object>(pool: pg.Pool, statement: Search): Promise<R[]> =>
  searchOn<R>(await pool.connect(), statement);

/** Searches on a connection of a pool, and releases it. Its whole transaction is sent at once. */
export async function searchOn<R extends object>(client: pg.PoolClient, { text, values }: Search): Promise<R[]> {
  try {
    void client.query('begin');
    const sent = [
      client.query(SEARCH_SETTINGS),
      client.query<R>({ text, values: [...values] }),
      client.query('commit'),
    ];
    const [, found] = await Promise.allSettled(sent);
    if (found?.status === 'rejected') throw found.reason;
    return (found?.value.rows ?? []) as R[];
  } finally {
    client.release();
  }
}
