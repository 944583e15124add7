import { uuidv7Floor } from '../ids.ts';
import type { Database } from './database.ts';

/** A month of a table that is partitioned by its UUIDv7 key. */
export interface Month {
  table: string;
  /** The first instant of the month, UTC. */
  start: Date;
}

/** How long DDL waits for the table lock, in milliseconds. Readers and writers go first; the DDL is retried. */
const LOCK_TIMEOUT_MS = 2_000;
/** SQLSTATE and routine of PostgreSQL for a partition that overlaps another one. The SQLSTATE has other meanings as well. */
const OVERLAPS = { code: '42P17', routine: 'check_new_partition_bound' };
/** Attempts to create a partition for late rows: until it exists, late rows are refused. */
const LATE_ATTEMPTS = 5;

export const monthStart = (from: Date, offset = 0): Date =>
  new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + offset));

/** The name of the partition of a month: `audit_log_p2026_11`. */
export const partitionName = ({ table, start }: Month): string => `${table}_p${yearAndMonth(start)}`;

/** The name of the partition for rows of an archived month: `audit_log_late_2026_11`. */
export const latePartitionName = ({ table, start }: Month): string => `${table}_late_${yearAndMonth(start)}`;

const yearAndMonth = (start: Date): string => start.toISOString().slice(0, 7).replace('-', '_');

/** Returns the names of the existing partitions. */
export async function partitionsOf(
  { query }: Pick<Database, 'query'>,
  tables: readonly string[],
): Promise<Set<string>> {
  const rows = await query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = any(select to_regclass(name) from unnest($1::text[]) as t (name))`,
    [tables],
  );
  return new Set(rows.map(({ name }) => name));
}

/**
 * Returns the months without a partition. A default partition must not exist: its rows would block attaching a month.
 */
export async function missingMonths(
  db: Pick<Database, 'query'>,
  tables: readonly string[],
  months: readonly Date[],
): Promise<Month[]> {
  const existing = await partitionsOf(db, tables);
  const required = tables.flatMap((table) => months.map((start) => ({ table, start })));
  return required.filter((month) => !existing.has(partitionName(month)));
}

/** Creates the partition of a month. @throws when the table stays locked by others: the caller retries later */
export const makePartition = (db: Database, month: Month): Promise<void> => attach(db, month, partitionName(month));

/** Creates the partition for rows of an archived month. @throws as `makePartition` does */
export const makeLatePartition = (db: Database, month: Month): Promise<void> =>
  attach(db, month, latePartitionName(month));

async function attach({ orm }: Database, { table, start }: Month, name: string): Promise<void> {
  const made = orm.em.fork().transactional(async (em) => {
    await em.execute(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await em.execute(`create table if not exists ${name} partition of ${table}
      for values from ('${uuidv7Floor(start)}') to ('${uuidv7Floor(monthStart(start, 1))}')`);
  });
  await made.catch((error) => {
    // Rows from before a table was partitioned share one partition with the month of that day.
    const { code, routine } = error as { code?: string; routine?: string };
    if (code !== OVERLAPS.code || routine !== OVERLAPS.routine) throw error;
  });
}

/** Returns the archived months of these tables that have no partition for late rows. */
export async function monthsWithoutLatePartition(
  { query }: Pick<Database, 'query'>,
  tables: readonly string[],
): Promise<Month[]> {
  // A month that is still in the schema `public` was interrupted while it was archived.
  const rows = await query<{ table: string; month: string }>(
    `select distinct t.name as table, replace(right(c.relname, 7), '_', '-') as month
      from unnest($1::text[]) as t (name) join pg_class c on c.relname ~ ('^' || t.name || '_p\\d{4}_\\d{2}$')
      where c.relkind = 'r' and not c.relispartition
        and c.relnamespace in (to_regnamespace('archive'), to_regnamespace('public'))`,
    [tables],
  );
  const existing = await partitionsOf({ query }, tables);
  return rows
    .map(({ table, month }) => ({ table, start: new Date(`${month}-01T00:00:00Z`) }))
    .filter((month) => !existing.has(latePartitionName(month)));
}

/** Whether a table has, or had, a partition for a month. */
export async function hasMonth({ query }: Pick<Database, 'query'>, month: Month): Promise<boolean> {
  const name = partitionName(month);
  const found = await query(`select 1 from pg_class where relname = $1 and relkind = 'r'`, [name]);
  return found.length > 0;
}

/**
 * Moves a month out of its table into the schema `archive`. Readers and writers of other months are not blocked:
 * detaching waits for them. Late rows of the month get a partition of their own. An interrupted run is completed.
 * @returns where the rows are now
 */
export async function archiveMonth(db: Database, month: Month): Promise<string> {
  const { query } = db;
  const name = partitionName(month);
  const pending = `select 1 from pg_inherits where inhrelid = to_regclass($1) and inhdetachpending`;
  const isInterrupted = (await query(pending, [name])).length > 0;
  const isAttached = (await partitionsOf({ query }, [month.table])).has(name);
  if (isAttached)
    await query(`alter table ${month.table} detach partition ${name} ${isInterrupted ? 'finalize' : 'concurrently'}`);
  await query(`create schema if not exists archive`);
  await query(`alter table if exists public.${name} set schema archive`);
  for (let attempt = 1; ; attempt++) {
    const error = await makeLatePartition(db, month).catch((thrown: unknown) => thrown ?? new Error('not made'));
    if (!error) break;
    if (attempt === LATE_ATTEMPTS) throw error;
  }
  return `archive.${name}`;
}
