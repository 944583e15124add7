// Locks: ACCESS EXCLUSIVE on each of six tables and its partitions, one table after the other, for an instant; writes wait at most half a second in a row.
import { Migration } from '@mikro-orm/migrations';
import { patiently } from '../src/infra/database/patient-ddl.ts';

/** The tables whose rows have a `request_id`. */
const TABLES = [
  'audit_log',
  'checkout_history',
  'inventory_movements',
  'order_commands',
  'order_history',
  'review_history',
];

export class Migration052TraceIds extends Migration {
  /** One transaction per table, so that purchases wait for one lock only. Each statement may run again. */
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    for (const table of TABLES) {
      this.addSql(
        patiently(`
          alter table ${table} add column if not exists trace_id uuid;
          comment on column ${table}.trace_id is
            'W3C trace id of the work that inserted the row; null: its trace is not recorded'`),
      );
    }
  }

  override down(): void {
    for (const table of TABLES) this.addSql(patiently(`alter table ${table} drop column if exists trace_id`));
  }
}
