import { type EntityClass, type EntityManager, OptimisticLockError } from '@mikro-orm/core';
import { CompiledQuery, type ControlledTransaction } from 'kysely';
import { loadAll, writeChanges } from './aggregates.ts';
import type { Database } from './database.ts';
import { insideTransaction } from './external.ts';
import { failpoint } from './failpoint.ts';

export type Row = Record<string, unknown>;
export type Where<T> = Partial<Record<Extract<keyof T, string>, string | null>>;

/**
 * One transaction: aggregates through `lock`, `find` and `em`, hot statements through `query`, new rows that nobody reads
 * back through `append`. It begins with the first of them; work that only appends is a single statement and needs none.
 */
export interface Tx {
  readonly em: EntityManager;
  now: Date;
  query<R extends object = Row>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** Runs a statement whose result nobody needs: it leaves at once, and its failure is thrown by the next `write`. */
  send(sql: string, params: readonly unknown[]): void;
  /** Loads one aggregate under its row lock. */
  lock<T extends object>(entity: EntityClass<T>, where: Where<T>): Promise<T | null>;
  /** Loads entities that a lock held by the caller protects. */
  find<T extends object>(entity: EntityClass<T>, where: Where<T>): Promise<T[]>;
  /** Inserts `row` with the commit; all rows appended by a transaction travel in one statement, in the order given. */
  append(table: string, row: Row): void;
  /** Writes what was changed and appended so far, for a statement that must see it. */
  write(): Promise<void>;
  /** Runs `effect` after the commit, and only then. It may be lost in a crash: nothing may depend on it. */
  afterCommit(effect: () => void): void;
}

const RETRIES = 3;
/** Serialization failure, deadlock, lock not available in time. */
const CONFLICTS = new Set(['40001', '40P01', '55P03']);

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
  const effects: (() => void)[] = [];
  const { tx, end, abandon } = openTx(db, em, effects);
  try {
    const result = await insideTransaction(() => work(tx));
    await end(() => failpoint(`${name}.before-commit`));
    failpoint(`${name}.after-commit`);
    for (const effect of effects) effect();
    return result;
  } catch (error) {
    await abandon();
    throw error;
  }
}

/** A transaction that begins with its first statement; `end` writes what is left and commits. */
function openTx(db: Database, em: EntityManager, effects: (() => void)[]) {
  const rows = pendingRows();
  const sent: Promise<unknown>[] = [];
  // Whoever takes the EntityManager itself may do anything with it: then its own flush writes.
  let isTouched = false;
  let begun: Promise<ControlledTransaction<unknown>> | undefined;
  const begin = () => {
    begun ??= em.begin().then(() => em.getTransactionContext() as ControlledTransaction<unknown>);
    return begun;
  };
  const tx: Tx = {
    now: new Date(),
    get em() {
      isTouched = true;
      return em;
    },
    query: async <R extends object>(sql: string, params: readonly unknown[] = []) =>
      (await (await begin()).executeQuery<R>(CompiledQuery.raw(sql, [...params]))).rows,
    async lock(entity, where) {
      const [found] = await loadAll({ em, run: tx.query }, entity, { where, forUpdate: true });
      return found ?? null;
    },
    find: (entity, where) => loadAll({ em, run: tx.query }, entity, { where, forUpdate: false }),
    send(sql, params) {
      const result = tx.query(sql, params);
      result.catch(() => undefined);
      sent.push(result);
    },
    append: rows.add,
    async write() {
      if (isTouched || !rows.isEmpty()) await begin();
      if (isTouched) await em.flush();
      else if (begun) sent.push(writeChanges(em, tx.query));
      if (!rows.isEmpty()) sent.push(tx.query(...rows.take()));
      await Promise.all(sent.splice(0));
    },
    afterCommit: (effect) => effects.push(effect),
  };
  const end = async (beforeCommit: () => void) => {
    if (begun || isTouched) await tx.write();
    beforeCommit();
    if (begun) await em.commit();
    else if (!rows.isEmpty()) await db.query(...rows.take());
  };
  // A connection that is still on its way has to be waited for, or nobody gives it back.
  const abandon = async () => {
    await begun?.then(() => em.rollback()).catch(() => undefined);
  };
  return { tx, end, abandon };
}

/** New rows by table, and the one statement that inserts them: its foreign keys are checked at its end, so rows may refer to each other. */
function pendingRows() {
  const tables = new Map<string, Row[]>();
  return {
    isEmpty: () => tables.size === 0,
    add(table: string, row: Row): void {
      const rows = tables.get(table);
      if (rows) rows.push(row);
      else tables.set(table, [row]);
    },
    take(): [sql: string, params: string[]] {
      const inserts = [...tables].map(([table, [first = {}]], index) => {
        const columns = Object.keys(first).join(', ');
        return `i${index} as (insert into ${table} (${columns})
          select ${columns} from jsonb_populate_recordset(null::${table}, $${index + 1}::jsonb))`;
      });
      const params = [...tables.values()].map((rows) => JSON.stringify(rows));
      tables.clear();
      return [`with ${inserts.join(', ')} select 1`, params];
    },
  };
}

function isConflict(error: unknown): boolean {
  return error instanceof OptimisticLockError || CONFLICTS.has((error as { code?: string }).code ?? '');
}
