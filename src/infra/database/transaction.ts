import type pg from 'pg';
import { READ_ONLY } from './connections/pipelining-client.ts';
import type { Query } from './query.ts';

export type Statement = [sql: string, params: readonly unknown[]];

export interface Transaction {
  /** Runs a statement. Statements sent after a failed one fail with the error of that one. */
  run: Query;
  /** Whether any statement was run. */
  isBegun(): boolean;
  /**
   * Sends the last statements, whose rows are not needed, and the commit without waiting in between. After a failed
   * statement the server rolls back instead. Gives the connection back.
   * @returns why the server has rolled back; undefined when it has committed.
   * @throws Error when the server reported neither: the outcome is unknown.
   */
  commit(last?: readonly Statement[]): Promise<Error | undefined>;
  /** Rolls back and gives the connection back. It never fails: the server rolls a lost connection back by itself. */
  rollback(): Promise<void>;
}

/** SQLSTATE in_failed_sql_transaction: the error of each statement after the failed one. */
const ABORTED = '25P02';

/** Deferred constraint or conflict: a commit that fails with one of these was rolled back. */
const ROLLED_BACK = /^(23|40)/;

async function commitWith(
  client: pg.PoolClient,
  { last, failureBefore }: { last: readonly Statement[]; failureBefore(): Error | undefined },
): Promise<Error | undefined> {
  let isUnusable = true;
  try {
    const sent = last.map(([sql, params]) => client.query(sql, [...params]));
    const [committed, ...rest] = await Promise.allSettled([client.query('commit'), ...sent]);
    const refusals = rest.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    // The earlier statements have been answered by now.
    const outcome = outcomeOf(committed, { refusals, before: failureBefore() });
    isUnusable = Reflect.get(outcome ?? {}, 'code') === READ_ONLY;
    return outcome;
  } finally {
    // A connection to a read-only server is about to be closed: the pool must not hand it out.
    client.release(isUnusable);
  }
}

/** @returns why the server has rolled back, if it has. @throws Error when the outcome is unknown or unexpected */
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
    // An earlier failure may have been undone to a savepoint: it counts only if the last statements report none of
    // their own.
    return (
      refusals.find(({ code }) => code !== ABORTED) ?? before ?? new Error('A statement of the transaction failed.')
    );
  if (refusals.length > 0) throw new Error('The server has committed without a statement.', { cause: refusals[0] });
  return undefined;
}

/** Opens a transaction. It takes its connection and begins with the first statement. */
export function openTransaction({ pool }: { pool: pg.Pool }): Transaction {
  let begun: Promise<pg.PoolClient> | undefined;
  let failure: Error | undefined;
  let isEnded = false;
  async function begin(): Promise<pg.PoolClient> {
    const client = await pool.connect();
    void client.query('begin');
    return client;
  }
  /** Returns the connection on the first call only; the caller gives it back. */
  function takeConnection(): Promise<pg.PoolClient> | undefined {
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
        const isFollowUp = (error as { code?: unknown }).code === ABORTED;
        if (!isFollowUp) failure ??= error as Error;
        throw isFollowUp ? (failure ?? error) : error;
      }
    },
    isBegun: () => begun !== undefined,
    async commit(last = []) {
      if (last.length > 0) begun ??= begin();
      const client = await takeConnection();
      if (!client) return undefined;
      return commitWith(client, { last, failureBefore: () => failure });
    },
    async rollback() {
      // Wait for a connection that is still opening, or it is never given back.
      const client = await takeConnection()?.catch(() => undefined);
      if (!client) return;
      await client.query('rollback').catch(() => undefined);
      client.release();
    },
  };
}
