// Locks: ACCESS EXCLUSIVE on payment_operations for an instant.
import { Migration } from '@mikro-orm/migrations';

export class Migration030UnansweredCalls extends Migration {
  override up(): void {
    this.addSql(`alter table payment_operations add column unanswered_at timestamptz`);
    this.addSql(`comment on column payment_operations.unanswered_at is
      'when a call was last given up that may still be under way at the provider: its key stays for two minutes'`);
  }

  override down(): void {
    this.addSql(`alter table payment_operations drop column unanswered_at`);
  }
}
