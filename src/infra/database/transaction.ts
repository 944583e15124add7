import type pg from 'pg';

/** Runs one parameterised statement and answers its rows. */
export type Run = <R extends object>(sql: string, params: readonly unknown[]) => Promise<R[]>;

export interface Transaction {
  /** Statements that were sent behind one that failed fail with its error: they say nothing of their own. */
  run: Run;
  /** Whether any statement was run. */
  isBegun(): boolean;
  /** Commits and gives the connection back. @throws Error when the server did not commit, or did not say so. */
  commit(): Promise<void>;
  /** Rolls back and gives the connection back. It never fails: the server has rolled back when the connection is lost. */
  rollback(): Promise<void>;
}

/** The server answered a commit with a rollback. */
export class RolledBack extends Error {}

/** in_failed_sql_transaction: what each statement behind the one that failed is told. */
const ABORTED = '25P02';

/** A transaction that takes its connection from the pool, and begins, with the first statement. */
export function openTransaction({ pool }: { pool: pg.Pool }): Transaction {
  let begun: Promise<pg.PoolClient> | undefined;
  let failure: unknown;
  let isEnded = false;
  async function begin(): Promise<pg.PoolClient> {
    const client = await pool.connect();
    void client.query('begin');
    return client;
  }
  /** The connection, once: the caller gives it back. */
  function end(): Promise<pg.PoolClient> | undefined {
    const taken = isEnded ? undefined : begun;
    isEnded = true;
    return taken;
  }
  return {
    async run<R extends object>(sql: string, params: readonly unknown[]) {
      if (isEnded) throw new Error('The transaction has ended.');
      begun ??= begin();
      const client = await begun;
      try {
        return (await client.query(sql, [...params])).rows as R[];
      } catch (error) {
        const isBehind = (error as { code?: unknown }).code === ABORTED;
        if (!isBehind) failure ??= error;
        throw isBehind ? (failure ?? error) : error;
      }
    },
    isBegun: () => begun !== undefined,
    async commit() {
      const client = await end();
      if (!client) return;
      try {
        const { command } = await client.query('commit');
        // The server answers a commit after a failed statement without an error.
        if (command === 'ROLLBACK') throw new RolledBack('One of the statements of the transaction had failed.');
      } finally {
        client.release();
      }
    },
    async rollback() {
      // A connection that is still on its way has to be waited for, or nobody gives it back.
      const client = await end()?.catch(() => undefined);
      if (!client) return;
      await client.query('rollback').catch(() => undefined);
      client.release();
    },
  };
}
