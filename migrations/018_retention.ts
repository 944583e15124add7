// Locks: SHARE on webhook_inbox while its index is made: events that come meanwhile wait (half a second per million rows).
import { Migration } from '@mikro-orm/migrations';

export class Migration018Retention extends Migration {
  override up(): void {
    this.addSql(`create index webhook_inbox_worked_on on webhook_inbox (processed_at) where processed_at is not null`);
    this.addSql(`comment on index webhook_inbox_worked_on is 'retention: events that were worked on long ago'`);
  }

  override down(): void {
    this.addSql(`drop index webhook_inbox_worked_on`);
  }
}
