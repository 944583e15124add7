import type { EntityClass, EntityManager, EntityMetadata } from '@mikro-orm/core';
import { forAnyKeys } from './groups/merged-statements.ts';
import type { Query } from './query.ts';

/** `for no key update` still lets others insert rows that refer to the locked row; `for share` can be held by many. */
export type RowLock = 'for update' | 'for no key update' | 'for share';

export type Where<T> = Partial<Record<Extract<keyof T, string>, string | null>>;

/**
 * Loads the rows that match `where` as managed entities, ordered by key, with row locks if asked for. MikroORM's own
 * statement contains its values as text, so Postgres plans it each time: this one takes a third of the CPU.
 */
export async function loadAll<T extends object>(
  { em, run }: { em: EntityManager; run: Query },
  entity: EntityClass<T>,
  { where, mode }: { where: Where<T>; mode?: RowLock },
): Promise<T[]> {
  const meta = em.getMetadata().get<T>(entity);
  const rows = await run<Record<string, unknown>>(...selection(meta as EntityMetadata, { where, mode }));
  // An entity that is already loaded keeps its changes: the row is older.
  const managed = em.getUnitOfWork();
  return rows.map((row) => (managed.getById(entity, row.id as never) ?? em.map(entity, row as never)) as T);
}

function selection(
  meta: EntityMetadata,
  { where, mode = '' }: { where: Record<string, string | null | undefined>; mode?: RowLock | '' | undefined },
): [sql: string, params: unknown[]] {
  const select = (condition: string) =>
    `select ${columnNames(meta).join(', ')} from ${meta.tableName} where ${condition} order by id ${mode}`;
  const given = Object.entries(where).filter(([, value]) => value !== null);
  const absent = Object.keys(where).filter((name) => where[name] === null);
  const [[name, value] = []] = given;
  // Concurrent lookups of one key each are merged into one statement.
  if (given.length === 1 && absent.length === 0 && name !== undefined) {
    const column = columnOf(meta, name);
    return [forAnyKeys(select(`${column} = any($1)`), column), [[value]]];
  }
  const conditions = [
    ...given.map(([property], index) => `${columnOf(meta, property)} = $${index + 1}`),
    ...absent.map((property) => `${columnOf(meta, property)} is null`),
  ];
  return [select(conditions.join(' and ') || 'true'), given.map(([, each]) => each)];
}

/** Names the columns: a prepared `select *` breaks when a migration adds a column. */
const columnNames = (meta: EntityMetadata): string[] =>
  meta.props.filter(({ kind }) => kind === 'scalar' || kind === 'm:1').flatMap(({ fieldNames }) => fieldNames);

/** @throws Error for a property that is not stored in a column */
export function columnOf(meta: EntityMetadata, property: string): string {
  const [column] = meta.properties[property as never]?.fieldNames ?? [];
  if (!column) throw new Error(`${meta.className}.${property} has no column`);
  return column;
}
