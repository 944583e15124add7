import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { ENTITIES, MIGRATIONS, migrate } from '../../src/entities/schema.ts';
import { type Database, openDatabase } from '../../src/infra/database.ts';

const TEMPLATE = 'vcecom_template';

/** Makes the migrated database that every test's own database is a copy of. Runs once, before all tests. */
export async function prepareTemplate(serverUrl: string): Promise<void> {
  await onServer(serverUrl, `drop database if exists ${TEMPLATE} with (force)`, `create database ${TEMPLATE}`);
  const db = await openDatabase({ url: withName(serverUrl, TEMPLATE), entities: ENTITIES, migrations: MIGRATIONS });
  await migrate(db);
  await db.orm.close();
}

export interface FreshDatabase {
  db: Database;
  url: string;
  close(): Promise<void>;
}

/** A database of the test's own with the current schema and no rows; `close` drops it. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const serverUrl = process.env.TEST_DATABASE_URL;
  if (!serverUrl) throw new Error('TEST_DATABASE_URL is not set: run the tests through bin/test');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, `create database ${name} template ${TEMPLATE}`);
  const url = withName(serverUrl, name);
  const db = await openDatabase({ url, entities: ENTITIES, migrations: MIGRATIONS });
  return {
    db,
    url,
    async close() {
      await db.orm.close();
      await onServer(serverUrl, `drop database ${name} with (force)`);
    },
  };
}

function withName(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function onServer(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: withName(url, 'postgres') });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
