import { ENTITIES, MIGRATIONS, migrate } from '../entities/schema.ts';
import { readConfig } from '../infra/config.ts';
import { openDatabase } from '../infra/database/database.ts';
import { observe } from '../infra/observability/log.ts';
import { prepareProcess } from './prepare-process.ts';

/** Applies all pending migrations and exits. */
export async function migrateOnce(): Promise<void> {
  const config = readConfig('database');
  prepareProcess('migrate', config);
  const db = await openDatabase({ url: config.DATABASE_URL, entities: ENTITIES, migrations: MIGRATIONS });
  await migrate(db);
  observe('schema.ready', { migrations: MIGRATIONS.length });
  await db.close();
}
