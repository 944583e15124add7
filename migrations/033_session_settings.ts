// Locks: none.
import { Migration } from '@mikro-orm/migrations';
import { SESSION_SETTINGS } from '../src/infra/database/connections/session-settings.ts';

/** Applies to new connections. Only the database owner may set this; behind a pooler the owner must run it. */
const onDatabase = (change: string): string => `
  do $$ begin
    execute format('alter database %I ${change.replaceAll("'", "''")}', current_database());
  exception when insufficient_privilege then
    raise warning 'The session settings of the database were not changed: its owner has to. See the runbook, PgBouncer.';
  end $$`;

export class Migration033SessionSettings extends Migration {
  override up(): void {
    for (const [name, value] of Object.entries(SESSION_SETTINGS)) this.addSql(onDatabase(`set ${name} = '${value}'`));
  }

  override down(): void {
    for (const name of Object.keys(SESSION_SETTINGS)) this.addSql(onDatabase(`reset ${name}`));
  }
}
