import { type EntityManager, OptimisticLockError } from '@mikro-orm/core';
import { CompiledQuery, type ControlledTransaction } from 'kysely';
import type { Database } from './database.ts';
import { insideTransaction } from './external.ts';
import { failpoint } from './failpoint.ts';

export type Row = Record<string, unknown>;

/** One transaction: aggregates through `em`, hot statements through `query`, new rows that nobody reads back through `append`. */
export interface Tx {
  em: EntityManager;
  now: Date;
  query<R extends object = Row>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** Inserts `row` with the commit; all rows appended by a transaction travel in one statement, in the order given. */
  append(table: string, row: Row): void;
  /** Writes what was changed and appended so far, for a statement that must see it. */
  write(): Promise<void>;
  /** Runs `effect` after the commit, and only then. It may be lost in a crash: nothing may depend on it. */
  afterCommit(effect: () => void): void;
}

const RETRIES = 3;
/** Serialization failure, deadlock. */
const CONFLICTS = new Set(['40001', '40P01']);

/**
 * Runs `work` in one transaction on a fresh EntityManager: load, decide, then one flush and one commit.
 * Conflicts (deadlock, serialization, stale version) are tried again on a new fork, at most three times.
 * @throws whatever `work` throws, after the rollback.
 */
export async function unitOfWork<T>(db: Database, name: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptOnce(db, name, work);
    } catch (error) {
      if (attempt > RETRIES || !isConflict(error)) throw error;
    }
  }
}

async function attemptOnce<T>(db: Database, name: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const em = db.orm.em.fork();
  const appended: Appended = new Map();
  const effects: (() => void)[] = [];
  await em.begin();
  try {
    const tx = openTx(em, appended, effects);
    const result = await insideTransaction(() => work(tx));
    await tx.write();
    failpoint(`${name}.before-commit`);
    await em.commit();
    failpoint(`${name}.after-commit`);
    for (const effect of effects) effect();
    return result;
  } catch (error) {
    await em.rollback().catch(() => undefined);
    throw error;
  }
}

type Appended = Map<string, Row[]>;

function openTx(em: EntityManager, appended: Appended, effects: (() => void)[]): Tx {
  const transaction = em.getTransactionContext<ControlledTransaction<unknown>>();
  if (!transaction) throw new Error('no transaction is open');
  const query = async <R extends object>(sql: string, params: readonly unknown[] = []) =>
    (await transaction.executeQuery<R>(CompiledQuery.raw(sql, [...params]))).rows;
  return {
    em,
    now: new Date(),
    query,
    async write() {
      await em.flush();
      await writeAppended(query, appended);
      appended.clear();
    },
    append: (table, row) => {
      const rows = appended.get(table);
      if (rows) rows.push(row);
      else appended.set(table, [row]);
    },
    afterCommit: (effect) => effects.push(effect),
  };
}

/** One data-modifying statement for all tables: foreign keys are checked at its end, so rows may refer to each other. */
async function writeAppended(query: Tx['query'], appended: Appended): Promise<void> {
  if (appended.size === 0) return;
  const inserts = [...appended].map(([table, rows], index) => {
    const columns = Object.keys(rows[0] as Row).join(', ');
    return `i${index} as (insert into ${table} (${columns})
      select ${columns} from jsonb_populate_recordset(null::${table}, $${index + 1}::jsonb))`;
  });
  await query(
    `with ${inserts.join(', ')} select 1`,
    [...appended.values()].map((rows) => JSON.stringify(rows)),
  );
}

function isConflict(error: unknown): boolean {
  return error instanceof OptimisticLockError || CONFLICTS.has((error as { code?: string }).code ?? '');
}
