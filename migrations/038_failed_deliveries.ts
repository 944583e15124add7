// Locks: SHARE on webhook_deliveries while its index is made: deliveries wait.
import { Migration } from '@mikro-orm/migrations';

export class Migration038FailedDeliveries extends Migration {
  override up(): void {
    this.addSql(`create index webhook_deliveries_failed on webhook_deliveries (id) where state = 'failed'`);
    this.addSql(
      `comment on index webhook_deliveries_failed is 'staff: failed deliveries of all webhooks, newest first'`,
    );
  }

  override down(): void {
    this.addSql(`drop index webhook_deliveries_failed`);
  }
}
