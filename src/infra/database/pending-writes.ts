import {
  type AnyEntity,
  type ChangeSet,
  type EntityManager,
  type EntityMetadata,
  JsonType,
  wrap,
} from '@mikro-orm/core';
import { columnOf } from './aggregates.ts';
import type { Statement } from './transaction.ts';

export type Row = Record<string, unknown>;

interface Insert {
  table: string;
  columns: string;
  rows: Row[];
}

interface Update {
  table: string;
  columns: string[];
  isVersioned: boolean;
  rows: Row[];
  entities: AnyEntity[];
}

/*
 * MikroORM detects what changed in the entities; only the statements are built here. MikroORM's own contain their
 * values as text, so Postgres plans each of them. These are prepared once per table and set of columns, whatever the
 * number of rows.
 */

/** SQLSTATE of a statement that found a row with another version than the loaded one. */
export const STALE = 'VC001';

/** New rows and changes of entities that are not sent yet. */
export interface PendingWrites {
  append(table: string, row: Row): void;
  /** Collects the changes of the managed entities since they were loaded or last collected. */
  take(em: EntityManager): void;
  /** Adds all writes of `others`. */
  join(others: PendingWrites): void;
  /**
   * Returns the statements that write everything, and leaves nothing pending: changes, removals, and all new rows in
   * one statement. Its foreign keys are checked at its end, so new rows may refer to each other. A statement fails with
   * the code `STALE` when a row no longer has the version that was loaded.
   */
  takeStatements(): Statement[];
  /** @internal for `join` */
  readonly parts: Parts;
}

interface Parts {
  /** By table and columns. */
  inserts: Map<string, Insert>;
  /** By table and columns. */
  updates: Map<string, Update>;
  /** Keys by table. */
  removals: Map<string, unknown[]>;
}

export function pendingWrites(): PendingWrites {
  const parts: Parts = { inserts: new Map(), updates: new Map(), removals: new Map() };
  const all = Object.values(parts);
  return {
    parts,
    append: (table, row) => addInsert(parts, table, row),
    take(em) {
      const { changes, removed } = changesOf(em);
      for (const change of changes) addChange(parts, change);
      for (const entity of removed) {
        const helper = wrap(entity, true);
        entry(parts.removals, helper.__meta.tableName, () => []).push(helper.getPrimaryKey());
      }
      markWritten(em, { changes, removed });
    },
    join: (others) => addAll(parts, others.parts),
    takeStatements() {
      const { inserts, updates, removals } = parts;
      const statements = [...[...updates.values()].map(updateStatement), ...[...removals].map(deleteStatement)];
      if (inserts.size > 0) statements.push(insertStatement(inserts));
      for (const part of all) part.clear();
      return statements;
    },
  };
}

function addInsert({ inserts }: Parts, table: string, row: Row): void {
  const columns = Object.keys(row).join(', ');
  entry(inserts, `${table} ${columns}`, () => ({ table, columns, rows: [] })).rows.push(row);
}

function addChange(parts: Parts, change: ChangeSet<AnyEntity>): void {
  const row = rowOf(change);
  const { meta, entity } = change;
  const { tableName: table } = meta;
  if (change.type === 'create') {
    addInsert(parts, table, row);
    return;
  }
  const columns = Object.keys(row).sort();
  const isVersioned = Boolean(meta.versionProperty);
  const kind = () => ({ table, columns, isVersioned, rows: [], entities: [] });
  const update = entry(parts.updates, `${table} ${columns.join()}`, kind);
  if (update.entities.includes(entity)) throw new Error(`${meta.className} was changed twice before a write`);
  update.rows.push({ ...row, id: change.getPrimaryKey(), ...(isVersioned && { version: raiseVersion(change) }) });
  update.entities.push(entity);
}

function addAll(parts: Parts, { inserts, updates, removals }: Parts): void {
  for (const { table, rows } of inserts.values()) for (const row of rows) addInsert(parts, table, row);
  for (const [key, update] of updates) {
    const own = entry(parts.updates, key, () => ({ ...update, rows: [], entities: [] }));
    own.rows.push(...update.rows);
    own.entities.push(...update.entities);
  }
  for (const [table, ids] of removals) entry(parts.removals, table, () => []).push(...ids);
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const made = make();
  map.set(key, made);
  return made;
}

function changesOf(em: EntityManager) {
  const work = em.getUnitOfWork();
  work.computeChangeSets();
  const removed = new Set<AnyEntity>([...work.getRemoveStack(), ...work.getOrphanRemoveStack()]);
  // Removed entities are only sometimes among the changes, and have a statement of their own.
  const changes = work.getChangeSets().filter(({ entity }) => !removed.has(entity));
  return { changes, removed };
}

function markWritten(
  em: EntityManager,
  { changes, removed }: { changes: readonly ChangeSet<AnyEntity>[]; removed: ReadonlySet<AnyEntity> },
): void {
  const work = em.getUnitOfWork();
  for (const { entity } of changes) wrap(entity, true).__originalEntityData = em.getComparator().prepareEntity(entity);
  for (const entity of removed) work.unsetIdentity(entity);
  work.getOrphanRemoveStack().clear();
  work.getPersistStack().clear();
}

/** The changed columns, as they are written to JSON. */
function rowOf({ meta, payload }: ChangeSet<AnyEntity>): Row {
  const row: Row = {};
  for (const [name, value] of Object.entries(payload)) {
    const isJson = meta.properties[name]?.customType instanceof JsonType;
    row[columnOf(meta as EntityMetadata, name)] = isJson && typeof value === 'string' ? JSON.parse(value) : value;
  }
  return row;
}

/** @returns the version that was loaded */
function raiseVersion({ meta, entity }: ChangeSet<AnyEntity>): number {
  const name = meta.versionProperty as string;
  const loaded: number = Reflect.get(entity, name);
  Reflect.set(entity, name, loaded + 1);
  return loaded;
}

/**
 * The keys are a parameter as well: Postgres estimates JSON at a hundred rows and would scan a small table as a whole.
 */
function updateStatement({ table, columns, isVersioned, rows }: Update): Statement {
  const sets = columns.map((column) => `${column} = v.${column}`);
  if (isVersioned) sets.push('version = t.version + 1');
  const update = `update ${table} t set ${sets.join(', ')} from jsonb_populate_recordset(null::${table}, $1::jsonb) v
    where t.id = any($2) and t.id = v.id`;
  const params = [JSON.stringify(rows), rows.map(({ id }) => id)];
  if (!isVersioned) return [update, params];
  const counted = `with found as (${update} and t.version = v.version returning 1)
    select case when count(*) < $3::int then refuse_stale_rows() end from found`;
  return [counted, [...params, rows.length]];
}

const deleteStatement = ([table, ids]: [table: string, ids: unknown[]]): Statement => [
  `delete from ${table} where id = any($1)`,
  [ids],
];

/** Inserts in the order of the table names, so that the same tables always give the same text. */
function insertStatement(all: ReadonlyMap<string, Insert>): Statement {
  const inserts = [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, insert]) => insert);
  const parts = inserts.map(
    ({ table, columns }, index) => `i${index} as (insert into ${table} (${columns})
      select ${columns} from jsonb_populate_recordset(null::${table}, $${index + 1}::jsonb))`,
  );
  return [`with ${parts.join(', ')} select 1`, inserts.map(({ rows }) => JSON.stringify(rows))];
}
