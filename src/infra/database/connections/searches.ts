import type pg from 'pg';

/** A search that takes longer than so many milliseconds is ended, as nobody waits for it any more. */
const SEARCH_MS = 10_000;

/** For one transaction: planned by the values, and ended in time. */
const FOR_A_SEARCH = `select set_config('plan_cache_mode', 'force_custom_plan', true),
  set_config('statement_timeout', '${SEARCH_MS}ms', true)`;

/** Runs a statement whose best plan depends on its values. All of its transaction leaves at once. */
export async function search<R extends object>(
  pool: pg.Pool,
  { text, values }: { text: string; values: readonly unknown[] },
): Promise<R[]> {
  const client = await pool.connect();
  try {
    void client.query('begin');
    const sent = [client.query(FOR_A_SEARCH), client.query<R>({ text, values: [...values] }), client.query('commit')];
    const [, found] = await Promise.allSettled(sent);
    if (found?.status === 'rejected') throw found.reason;
    return (found?.value.rows ?? []) as R[];
  } finally {
    client.release();
  }
}
