import {
  type AnyEntity,
  type ChangeSet,
  type EntityClass,
  type EntityManager,
  type EntityMetadata,
  OptimisticLockError,
  wrap,
} from '@mikro-orm/core';

/** Runs one parameterised statement of the open transaction. */
type Run = <R extends object>(sql: string, params: readonly unknown[]) => Promise<R[]>;

/*
 * MikroORM maps rows to aggregates, keeps one instance per row and knows what changed in it; only the statements are
 * made here. Its own carry their values in the text, so that Postgres plans each anew: prepared ones take a third of the CPU.
 */

/** Loads the rows that match `where` as managed entities, in the order of their keys, under their row locks if asked. */
export async function loadAll<T extends object>(
  { em, run }: { em: EntityManager; run: Run },
  entity: EntityClass<T>,
  { where, forUpdate }: { where: Record<string, unknown>; forUpdate: boolean },
): Promise<T[]> {
  const meta = em.getMetadata().get<T>(entity);
  const wanted = Object.entries(where).filter(([, value]) => value !== null);
  const conditions = [
    ...wanted.map(([name], index) => `${columnOf(meta, name)} = $${index + 1}`),
    ...Object.keys(where)
      .filter((name) => where[name] === null)
      .map((name) => `${columnOf(meta, name)} is null`),
  ];
  const rows = await run<Record<string, unknown>>(
    `select ${columnsOf(meta).join(', ')} from ${meta.tableName} where ${conditions.join(' and ')} order by id${forUpdate ? ' for update' : ''}`,
    wanted.map(([, value]) => value),
  );
  // What was loaded before keeps its changes: the row is older than they are.
  const managed = em.getUnitOfWork();
  return rows.map((row) => (managed.getById(entity, row.id as never) ?? em.map(entity, row as never)) as T);
}

/**
 * Writes what changed in the managed entities since they were loaded or last written.
 * @throws OptimisticLockError when a row no longer has the version that was loaded.
 */
export async function writeChanges(em: EntityManager, run: Run): Promise<void> {
  const work = em.getUnitOfWork();
  work.computeChangeSets();
  const removed = new Set([...work.getRemoveStack(), ...work.getOrphanRemoveStack()]);
  // What is removed is among the changes only sometimes: it has a statement of its own.
  const changes = work.getChangeSets().filter(({ entity }) => !removed.has(entity));
  await Promise.all([
    ...changes.map((change) => writeChange(change, run)),
    ...[...removed].map((one) => remove(one, run)),
  ]);
  for (const { entity } of changes) wrap(entity, true).__originalEntityData = em.getComparator().prepareEntity(entity);
  for (const entity of removed) work.unsetIdentity(entity);
  work.getOrphanRemoveStack().clear();
  work.getPersistStack().clear();
}

async function writeChange(change: ChangeSet<AnyEntity>, run: Run): Promise<void> {
  const { meta, payload, entity } = change;
  const columns = Object.keys(payload).map((name) => columnOf(meta, name));
  const values: unknown[] = Object.values(payload);
  if (change.type === 'create') {
    const places = values.map((_, index) => `$${index + 1}`);
    await run(`insert into ${meta.tableName} (${columns.join(', ')}) values (${places.join(', ')})`, values);
    return;
  }
  const assignments = columns.map((column, index) => `${column} = $${index + 1}`);
  const version = meta.versionProperty as string | undefined;
  const key = `id = $${values.length + 1}`;
  const id = change.getPrimaryKey();
  if (!version)
    return void (await run(`update ${meta.tableName} set ${assignments.join(', ')} where ${key}`, [...values, id]));
  const loaded = Reflect.get(entity, version);
  const written = await run(
    `update ${meta.tableName} set ${assignments.join(', ')}, version = version + 1
      where ${key} and version = $${values.length + 2} returning 1`,
    [...values, id, loaded],
  );
  if (written.length === 0) throw OptimisticLockError.lockFailed(entity);
  Reflect.set(entity, version, loaded + 1);
}

const remove = (entity: AnyEntity, run: Run): Promise<object[]> => {
  const helper = wrap(entity, true);
  return run(`delete from ${helper.__meta.tableName} where id = $1`, [helper.getPrimaryKey()]);
};

/** By name: a prepared `select *` breaks when a migration adds a column. */
const columnsOf = <T>(meta: EntityMetadata<T>): string[] =>
  meta.props.filter(({ kind }) => kind === 'scalar' || kind === 'm:1').flatMap(({ fieldNames }) => fieldNames);

function columnOf(meta: EntityMetadata, property: string): string {
  const [column] = meta.properties[property as never]?.fieldNames ?? [];
  if (!column) throw new Error(`${meta.className}.${property} has no column`);
  return column;
}
