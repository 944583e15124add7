import { ENTITIES, MIGRATIONS, migrate } from '../entities/schema.ts';
import { readConfig } from '../infra/config.ts';
import { openDatabase } from '../infra/database/database.ts';
import { observe } from '../infra/observability/log.ts';
import { prepareProcess } from './prepare-process.ts';

/** Applies all pending migrations and exits. */
export async function migrateOnce(): Promise<void> {
  const config = readConfig('database');
  prepareProcess('migrate', config);
  const { DATABASE_URL: url } = config;
  const db = await openDatabase({ url, entities: ENTITIES, migrations: MIGRATIONS, namesStatements: false });
  await migrate(db);
  observe('schema.ready', { migrations: MIGRATIONS.length });
  await db.close();
}
