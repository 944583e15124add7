// Locks: SHARE on payments while its index is made: payments wait (half a second per million rows).
import { Migration } from '@mikro-orm/migrations';

export class Migration039DeclinedPayments extends Migration {
  override up(): void {
    // A payment that succeeds has no entry, so that purchases write no more than before.
    this.addSql(
      `create index payments_declined on payments (id) where decline_code is not null and status <> 'succeeded'`,
    );
    this.addSql(
      `comment on index payments_declined is 'staff: payments that were declined and not paid since, newest first'`,
    );
  }

  override down(): void {
    this.addSql(`drop index payments_declined`);
  }
}
