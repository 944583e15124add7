import {
  type AnyEntity,
  type ChangeSet,
  type Collection,
  type EntityManager,
  type EntityMetadata,
  type EntityProperty,
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
 * MikroORM knows what changed in the entities; only the statements are made here. Its own carry their values in the text, so
 * that Postgres plans each anew. These are prepared once: one per kind of row and set of columns, whatever the number of rows.
 */

/** SQLSTATE of a statement that found a row without the version that was loaded. */
export const STALE = 'VC001';

/** New rows, and the changes of entities, until they are sent. */
export interface PendingWrites {
  append(table: string, row: Row): void;
  /** Takes what changed in the managed entities since they were loaded or last taken. */
  take(em: EntityManager): void;
  /** Takes all of `others`. */
  join(others: PendingWrites): void;
  /**
   * The statements that write everything, of which nothing is pending then: changes, removals, and all new rows in one
   * statement. Its foreign keys are checked at its end, so new rows may refer to each other. A statement fails with the
   * code `STALE` when a row no longer has the version that was loaded.
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
      const { changes, removed, links } = changesOf(em);
      for (const change of changes) addChange(parts, change);
      for (const entity of removed) {
        const helper = wrap(entity, true);
        entry(parts.removals, helper.__meta.tableName, () => []).push(helper.getPrimaryKey());
      }
      for (const { table, row } of links) addInsert(parts, table, row);
      markWritten(em, { changes, removed });
    },
    join: (others) => addAll(parts, others.parts),
    takeStatements() {
      const { inserts, updates, removals } = parts;
      const statements = [...[...updates.values()].map(updating), ...[...removals].map(removing)];
      if (inserts.size > 0) statements.push(insertion(inserts));
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
  if (update.entities.includes(entity)) throw new Error(`${meta.className} was changed again before it was written`);
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
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function changesOf(em: EntityManager) {
  const work = em.getUnitOfWork();
  work.computeChangeSets();
  const removed = new Set<AnyEntity>([...work.getRemoveStack(), ...work.getOrphanRemoveStack()]);
  // What is removed is among the changes only sometimes: it has a statement of its own.
  const changes = work.getChangeSets().filter(({ entity }) => !removed.has(entity));
  return { changes, removed, links: work.getCollectionUpdates().flatMap((items) => linksOf(items)) };
}

/** The rows between the two sides of a many-to-many relation. Only new owners are known here: their links are all new. */
function linksOf(items: Collection<AnyEntity>): { table: string; row: Row }[] {
  const { kind, owner, pivotTable, joinColumns, inverseJoinColumns } = items.property as EntityProperty;
  if (kind !== 'm:n' || !owner || !items.isDirty()) return [];
  const [[from = ''], [to = '']] = [joinColumns, inverseJoinColumns];
  items.takeSnapshot();
  return items.getItems(false).map((item) => ({
    table: pivotTable,
    row: { [from]: wrap(items.owner, true).getPrimaryKey(), [to]: wrap(item, true).getPrimaryKey() },
  }));
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

/** The changed columns as they go into JSON. */
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

/** The keys are named as well: Postgres takes the rows in JSON for a hundred, and would read a small table as a whole. */
function updating({ table, columns, isVersioned, rows }: Update): Statement {
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

const removing = ([table, ids]: [table: string, ids: unknown[]]): Statement => [
  `delete from ${table} where id = any($1)`,
  [ids],
];

/** In the order of their names, so that the same tables are always the same text. */
function insertion(all: ReadonlyMap<string, Insert>): Statement {
  const inserts = [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, insert]) => insert);
  const parts = inserts.map(
    ({ table, columns }, index) => `i${index} as (insert into ${table} (${columns})
      select ${columns} from jsonb_populate_recordset(null::${table}, $${index + 1}::jsonb))`,
  );
  return [`with ${parts.join(', ')} select 1`, inserts.map(({ rows }) => JSON.stringify(rows))];
}
