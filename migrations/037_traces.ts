// Locks: ACCESS EXCLUSIVE on payment_operations, webhook_deliveries and documents_due for an instant.
import { Migration } from '@mikro-orm/migrations';

/** Rows that a later job works on, which was not sent for them alone. */
const TABLES = ['payment_operations', 'webhook_deliveries', 'documents_due'];

export class Migration037Traces extends Migration {
  override up(): void {
    for (const table of TABLES) {
      this.addSql(`alter table ${table} add column trace jsonb`);
      this.addSql(`comment on column ${table}.trace is
        'request id and W3C traceparent of the work that inserted the row: work on the row continues this trace'`);
    }
  }

  override down(): void {
    for (const table of TABLES) this.addSql(`alter table ${table} drop column trace`);
  }
}
