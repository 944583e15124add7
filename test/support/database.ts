import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ENTITIES, MIGRATIONS, migrate } from '../../src/entities/schema.ts';
import { type Database, openDatabase } from '../../src/infra/database/database.ts';
import { runCommand } from '../../tools/stack/command.ts';
import { MAIN } from '../../tools/stack/fleet.ts';

export interface FreshDatabase {
  db: Database;
  url: string;
  close(): Promise<void>;
}

/** A database of the test's own with the current schema and no rows; `close` drops it. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const url = await copyDatabase(process.env.TEST_TEMPLATE ?? '');
  const db = await openDatabase({ url, entities: ENTITIES, migrations: MIGRATIONS });
  return {
    db,
    url,
    async close() {
      await db.close();
      await dropDatabase(url);
    },
  };
}

/** Gives an empty database the current schema. */
export async function migrateAt(url: string): Promise<void> {
  const db = await openDatabase({ url, entities: ENTITIES, migrations: MIGRATIONS });
  await migrate(db).finally(() => db.close());
}

/** Gives a database the schema of a release by its own `migrate`; default: that of this test run. */
export async function migrateThrough(url: string, main = process.env.TEST_MAIN || MAIN): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vcecom-migrate-'));
  const env = { ...process.env, DATABASE_URL: url };
  await runCommand({ name: 'migrate', args: [main, 'migrate'], env, logFile: join(folder, 'log') });
  await rm(folder, { recursive: true });
}

/** A copy of a database to which nobody is connected. @returns its URL */
export async function copyDatabase(template: string): Promise<string> {
  const { TEST_DATABASE_URL: serverUrl } = process.env;
  if (!serverUrl || !template) throw new Error('there is no server: run the tests through bin/test');
  const name = `test_${randomBytes(6).toString('hex')}`;
  // Writing every page of the copy to the log costs three times the CPU.
  await onServer(serverUrl, `create database ${name} template ${template} strategy file_copy`);
  return withName(serverUrl, name);
}

export const dropDatabase = (url: string): Promise<void> => onServer(url, `drop database ${nameOf(url)} with (force)`);

/** Runs one statement on a connection of its own. */
export async function queryAt<R extends object>(url: string, sql: string, params: unknown[] = []): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql, params).finally(() => client.end());
  return rows as R[];
}

export const nameOf = (url: string): string => new URL(url).pathname.slice(1);

function withName(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function onServer(url: string, statement: string): Promise<void> {
  await queryAt(withName(url, 'postgres'), statement);
}

/** Makes the database of a connection one that only reads, or one that writes again, for all connections made from now on. */
export const setReadOnly = (
  connection: { query(sql: string): Promise<unknown> },
  mode: 'on' | 'off',
): Promise<unknown> =>
  connection.query(`do $$ begin
    execute format('alter database %I set default_transaction_read_only = ${mode}', current_database());
  end $$`);
