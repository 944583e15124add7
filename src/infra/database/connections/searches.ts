import type pg from 'pg';

/** The time limit of a search in milliseconds; no client waits longer. */
const SEARCH_MS = 10_000;

/** Settings for one transaction. */
const IN_TIME = `set_config('statement_timeout', '${SEARCH_MS}ms', true)`;
const BY_VALUES = `set_config('plan_cache_mode', 'force_custom_plan', true)`;

export interface Search {
  text: string;
  values: readonly unknown[];
  /** Whether its best plan is the same for all values. Default: it is planned each time. */
  isPlannedOnce?: boolean;
}

/** Runs a statement, with a time limit. */
export const search = async <R extends object>(pool: pg.Pool, statement: Search): Promise<R[]> =>
  searchOn<R>(await pool.connect(), statement);

/** Searches on a connection of a pool, and releases it. Its whole transaction is sent at once. */
export async function searchOn<R extends object>(client: pg.PoolClient, statement: Search): Promise<R[]> {
  const { text, values, isPlannedOnce = false } = statement;
  try {
    void client.query('begin');
    const sent = [
      client.query(`select ${isPlannedOnce ? IN_TIME : `${IN_TIME}, ${BY_VALUES}`}`),
      // The client prepares what it gets as a text, under a name: only that keeps its plan.
      isPlannedOnce ? client.query<R>(text, [...values]) : client.query<R>({ text, values: [...values] }),
      client.query('commit'),
    ];
    const [, found] = await Promise.allSettled(sent);
    if (found?.status === 'rejected') throw found.reason;
    return (found?.value.rows ?? []) as R[];
  } finally {
    client.release();
  }
}
