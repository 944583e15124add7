import type pg from 'pg';

/** Runs one parameterised statement and answers its rows. */
export type Run = <R extends object>(sql: string, params: readonly unknown[]) => Promise<R[]>;

export interface Transaction {
  run: Run;
  /** Whether any statement was run. */
  isBegun(): boolean;
  /** Commits and gives the connection back. @throws Error when the server did not commit, or did not say so. */
  commit(): Promise<void>;
  /** Rolls back and gives the connection back. It never fails: the server has rolled back when the connection is lost. */
  rollback(): Promise<void>;
}

/** A transaction that takes its connection from the pool, and begins, with the first statement. */
export function openTransaction({ pool }: { pool: pg.Pool }): Transaction {
  let begun: Promise<pg.PoolClient> | undefined;
  async function begin(): Promise<pg.PoolClient> {
    const client = await pool.connect();
    void client.query('begin');
    return client;
  }
  return {
    async run<R extends object>(sql: string, params: readonly unknown[]) {
      begun ??= begin();
      const client = await begun;
      return (await client.query(sql, [...params])).rows as R[];
    },
    isBegun: () => begun !== undefined,
    async commit() {
      const client = await begun;
      begun = undefined;
      if (!client) return;
      try {
        const { command } = await client.query('commit');
        // The server answers a commit after a failed statement without an error.
        if (command === 'ROLLBACK')
          throw new Error('The transaction was rolled back: one of its statements had failed.');
      } finally {
        client.release();
      }
    },
    async rollback() {
      // A connection that is still on its way has to be waited for, or nobody gives it back.
      const client = await begun?.catch(() => undefined);
      begun = undefined;
      if (!client) return;
      await client.query('rollback').catch(() => undefined);
      client.release();
    },
  };
}
