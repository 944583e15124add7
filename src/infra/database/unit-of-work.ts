import type { AnyEntity, EntityClass } from '@mikro-orm/core';
import { failpoint } from '../failpoint.ts';
import { inSpan, type SpanOptions } from '../observability/span.ts';
import { loadAll, type RowLock, type Where } from './aggregates.ts';
import type { Database } from './database.ts';
import { insideTransaction } from './external-call.ts';
import { type PendingWrites, pendingWrites, type Row, STALE } from './pending-writes.ts';
import type { Query } from './query.ts';
import { openTransaction, type Statement, type Transaction } from './transaction.ts';

/**
 * One transaction: `lock`, `find` and `persist` for aggregates, `query` for hot statements, `append` for new rows that
 * are not read back. It begins with the first of them. Work that only appends is a single statement and needs no
 * transaction.
 */
export interface Tx {
  now: Date;
  query<R extends object = Row>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** Sends a statement whose result is not needed; the next `write` or the commit throws its failure. */
  send(sql: string, params: readonly unknown[]): void;
  /** Loads one aggregate under its row lock: by default one that also blocks new rows that refer to it. */
  lock<T extends object>(entity: EntityClass<T>, where: Where<T>, mode?: RowLock): Promise<T | null>;
  /** Loads entities that are protected by a lock of the caller. */
  find<T extends object>(entity: EntityClass<T>, where: Where<T>): Promise<T[]>;
  /** Inserts a new entity and its related entities at the commit. */
  persist(entity: AnyEntity): void;
  /** Deletes the row of a loaded entity at the commit. */
  remove(entity: AnyEntity): void;
  /** Inserts `row` at the commit. All appended rows are sent in one statement; rows of a table keep their order. */
  append(table: string, row: Row): void;
  /** Collects the changes of entities for the commit. From here on their versions are those after the commit. */
  prepare(): void;
  /** Writes all changes and appended rows now, for a statement that must see them. */
  write(): Promise<void>;
  /** Returns a value that all work in this transaction shares; `make` creates it once and identifies it. */
  shared<T>(make: () => T): T;
  /** Runs `effect` only after the commit. A crash may lose it, so nothing may depend on it. */
  afterCommit(effect: () => void): void;
}

const RETRIES = 3;
/** Serialization failure, deadlock, lock not available in time, stale version. */
const CONFLICTS = new Set(['40001', '40P01', '55P03', STALE]);

/**
 * Runs `work` in one transaction with entities of its own: load, decide, then one flush and one commit.
 * Conflicts (deadlock, serialization, stale version) are retried from the start, at most three times.
 * @throws whatever `work` throws, after the rollback.
 */
export const unitOfWork = <T>(db: Database, name: string, work: (tx: Tx) => Promise<T>): Promise<T> =>
  inSpan(`transaction ${name}`, TRANSACTION_SPAN, () => transact(db, name, work));

export const TRANSACTION_SPAN: SpanOptions = { kind: 'internal', attributes: { 'db.system.name': 'postgresql' } };

/** `unitOfWork` in the span of the caller. */
export async function transact<T>(db: Database, name: string, work: (tx: Tx) => Promise<T>): Promise<T> {
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
    // The commit reports the failure of sent statements.
    tx.prepare();
    const statements = pending.takeStatements();
    failpoint(`${name}.before-commit`);
    if (transaction.isBegun()) await commitOrThrow(transaction, statements);
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

/** @throws Error when the server did not commit, or did not answer. */
async function commitOrThrow(transaction: Transaction, statements: readonly Statement[]): Promise<void> {
  const refusal = await transaction.commit(statements);
  if (refusal) throw refusal;
}

/** One unit of work in a transaction that it may share with others. */
export interface OpenTx {
  tx: Tx;
  /** Its writes that are not sent yet. */
  pending: PendingWrites;
  effects: (() => void)[];
  /** Collects the changes of its entities, and waits for the statements that it has sent. */
  settle(): Promise<void>;
}

/** @param common the values of `shared`, common to all work in this transaction */
export function openTx({ orm }: Pick<Database, 'orm'>, run: Query, common = new Map<unknown, unknown>()): OpenTx {
  const em = orm.em.fork();
  const pending = pendingWrites();
  const effects: (() => void)[] = [];
  const sent: Promise<unknown>[] = [];
  const tx: Tx = {
    now: new Date(),
    query: (sql, params = []) => run(sql, params),
    async lock(entity, where, mode = 'for update') {
      const [found] = await loadAll({ em, run }, entity, { where, mode });
      return found ?? null;
    },
    find: (entity, where) => loadAll({ em, run }, entity, { where }),
    send(sql, params) {
      const result = run(sql, params);
      result.catch(() => undefined);
      sent.push(result);
    },
    persist: (entity) => void em.persist(entity),
    remove: (entity) => void em.remove(entity),
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
