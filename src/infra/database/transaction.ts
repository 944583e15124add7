import type pg from 'pg';
import { READ_ONLY } from './connections/pipelining-client.ts';
import type { Query } from './query.ts';

export type Statement = [sql: string, params: readonly unknown[]];

export interface Transaction {
  /** Statements that were sent behind one that failed fail with its error: they say nothing of their own. */
  run: Query;
  /** Whether any statement was run. */
  isBegun(): boolean;
  /**
   * Runs the last statements, whose rows nobody needs, and commits, without waiting in between: of a transaction in which a
   * statement has failed the server makes a rollback. Gives the connection back.
   * @returns why the server has rolled back; undefined when it has committed.
   * @throws Error when it said neither: nobody knows the outcome.
   */
  commit(last?: readonly Statement[]): Promise<Error | undefined>;
  /** Rolls back and gives the connection back. It never fails: the server has rolled back when the connection is lost. */
  rollback(): Promise<void>;
}

/** in_failed_sql_transaction: what each statement behind the one that failed is told. */
const ABORTED = '25P02';

/** A constraint that is checked at the end, or a conflict: a commit that fails with one of these was a rollback. */
const ROLLED_BACK = /^(23|40)/;

async function commitWith(
  client: pg.PoolClient,
  { last, failureBefore }: { last: readonly Statement[]; failureBefore(): Error | undefined },
): Promise<Error | undefined> {
  let isUseless = true;
  try {
    const sent = last.map(([sql, params]) => client.query(sql, [...params]));
    const [committed, ...rest] = await Promise.allSettled([client.query('commit'), ...sent]);
    const refusals = rest.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    // By now the statements before have been answered as well.
    const outcome = outcomeOf(committed, { refusals, before: failureBefore() });
    isUseless = Reflect.get(outcome ?? {}, 'code') === READ_ONLY;
    return outcome;
  } finally {
    // One that leads to a server that only reads is about to be closed: nobody else may get it.
    client.release(isUseless);
  }
}

/** @returns why the server has rolled back, if it has. @throws Error when the outcome is not known, or not what was asked for */
function outcomeOf(
  committed: PromiseSettledResult<{ command: string }>,
  { refusals, before }: { refusals: readonly pg.DatabaseError[]; before: Error | undefined },
): Error | undefined {
  if (committed.status === 'rejected') {
    if (ROLLED_BACK.test(committed.reason.code)) return committed.reason;
    throw committed.reason;
  }
  // The server answers a commit after a failed statement without an error.
  if (committed.value.command === 'ROLLBACK')
    // What failed before may have been undone to a savepoint: it counts when the last statements only say that something had.
    return (
      refusals.find(({ code }) => code !== ABORTED) ?? before ?? new Error('A statement of the transaction failed.')
    );
  if (refusals.length > 0) throw new Error('The server has committed without a statement.', { cause: refusals[0] });
  return undefined;
}

/** A transaction that takes its connection from the pool, and begins, with the first statement. */
export function openTransaction({ pool }: { pool: pg.Pool }): Transaction {
  let begun: Promise<pg.PoolClient> | undefined;
  let failure: Error | undefined;
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
        if (!isBehind) failure ??= error as Error;
        throw isBehind ? (failure ?? error) : error;
      }
    },
    isBegun: () => begun !== undefined,
    async commit(last = []) {
      if (last.length > 0) begun ??= begin();
      const client = await end();
      if (!client) return undefined;
      return commitWith(client, { last, failureBefore: () => failure });
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
