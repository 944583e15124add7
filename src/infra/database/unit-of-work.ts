import type { AnyEntity, EntityClass } from '@mikro-orm/core';
import { failpoint } from '../failpoint.ts';
import { loadAll, type Where } from './aggregates.ts';
import type { Database } from './database.ts';
import { insideTransaction } from './external.ts';
import { type PendingWrites, pendingWrites, type Row, STALE } from './pending-writes.ts';
import type { Query } from './query.ts';
import { openTransaction, type Statement, type Transaction } from './transaction.ts';

/**
 * One transaction: aggregates through `lock`, `find` and `persist`, hot statements through `query`, new rows that nobody
 * reads back through `append`. It begins with the first of them; work that only appends is a single statement and needs none.
 */
export interface Tx {
  now: Date;
  query<R extends object = Row>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** Runs a statement whose result nobody needs: it leaves at once, and its failure is thrown by the next `write` or the commit. */
  send(sql: string, params: readonly unknown[]): void;
  /** Loads one aggregate under its row lock. */
  lock<T extends object>(entity: EntityClass<T>, where: Where<T>): Promise<T | null>;
  /** Loads entities that a lock held by the caller protects. */
  find<T extends object>(entity: EntityClass<T>, where: Where<T>): Promise<T[]>;
  /** Inserts a new entity, with what belongs to it, at the commit. */
  persist(entity: AnyEntity): void;
  /** Inserts `row` with the commit. All rows that a transaction appends travel in one statement, those of a table in the sequence given. */
  append(table: string, row: Row): void;
  /** Takes what was changed in entities to what will be written: versions are as after the commit from here on. */
  prepare(): void;
  /** Writes what was changed and appended so far, for a statement that must see it. */
  write(): Promise<void>;
  /** What all work in this transaction has in common: made by the first who asks, under the name of `make`. */
  shared<T>(make: () => T): T;
  /** Runs `effect` after the commit, and only then. It may be lost in a crash: nothing may depend on it. */
  afterCommit(effect: () => void): void;
}

const RETRIES = 3;
/** Serialization failure, deadlock, lock not available in time, stale version. */
const CONFLICTS = new Set(['40001', '40P01', '55P03', STALE]);

/**
 * Runs `work` in one transaction with entities of its own: load, decide, then one flush and one commit.
 * Conflicts (deadlock, serialization, stale version) are tried again from the start, at most three times.
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
  const transaction = openTransaction(db);
  const { tx, pending, effects } = openTx(db, transaction.run);
  try {
    const result = await insideTransaction(() => work(tx));
    // What was sent and failed is told by the commit.
    tx.prepare();
    const statements = pending.takeStatements();
    failpoint(`${name}.before-commit`);
    if (transaction.isBegun()) await committed(transaction, statements);
    // Work that only appends has nothing to roll back.
    else for (const statement of statements) await db.query(...statement);
    failpoint(`${name}.after-commit`);
    for (const effect of effects) effect();
    return result;
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

/** @throws Error when the server did not commit, or did not say so. */
async function committed(transaction: Transaction, statements: readonly Statement[]): Promise<void> {
  const refusal = await transaction.commit(statements);
  if (refusal) throw refusal;
}

/** What one piece of work does in a transaction, which may be that of others too. */
export interface OpenTx {
  tx: Tx;
  /** What it has appended and not written. */
  pending: PendingWrites;
  effects: (() => void)[];
  /** Takes what changed in its entities to what is pending, and waits for the statements that it has sent. */
  settle(): Promise<void>;
}

/** @param common what this transaction's other work shares with it */
export function openTx({ orm }: Pick<Database, 'orm'>, run: Query, common = new Map<unknown, unknown>()): OpenTx {
  const em = orm.em.fork();
  const pending = pendingWrites();
  const effects: (() => void)[] = [];
  const sent: Promise<unknown>[] = [];
  const tx: Tx = {
    now: new Date(),
    query: (sql, params = []) => run(sql, params),
    async lock(entity, where) {
      const [found] = await loadAll({ em, run }, entity, { where, forUpdate: true });
      return found ?? null;
    },
    find: (entity, where) => loadAll({ em, run }, entity, { where, forUpdate: false }),
    send(sql, params) {
      const result = run(sql, params);
      result.catch(() => undefined);
      sent.push(result);
    },
    persist: (entity) => void em.persist(entity),
    append: pending.append,
    prepare: () => pending.take(em),
    async write() {
      pending.take(em);
      const written = pending.takeStatements().map((statement) => run(...statement));
      await Promise.all([...written, ...sent.splice(0)]);
    },
    shared<T>(make: () => T) {
      if (!common.has(make)) common.set(make, make());
      return common.get(make) as T;
    },
    afterCommit: (effect) => effects.push(effect),
  };
  async function settle(): Promise<void> {
    await Promise.all(sent.splice(0));
    pending.take(em);
  }
  return { tx, pending, effects, settle };
}

function isConflict(error: unknown): boolean {
  return CONFLICTS.has((error as { code?: string }).code ?? '');
}
