// Locks: SHARE on refunds and audit_log while their indexes are made: refunds and changes by staff wait (half a second per million rows).
import { Migration } from '@mikro-orm/migrations';

/** Indexes for filters of lists that read whole tables. */
export class Migration048ListFilters extends Migration {
  override up(): void {
    this.addSql(`create index refunds_cause on refunds (cause, id)`);
    this.addSql(`comment on index refunds_cause is 'staff: refunds for a cause, newest first'`);
    this.addSql(`create index audit_log_action on audit_log (action, id)`);
    this.addSql(`comment on index audit_log_action is 'staff: changes of one kind, newest first'`);
  }

  override down(): void {
    this.addSql(`drop index audit_log_action, refunds_cause`);
  }
}
