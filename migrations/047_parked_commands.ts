// Locks: ACCESS EXCLUSIVE on outbox for an instant, and SHARE while the index of its few parked rows is made.
import { Migration } from '@mikro-orm/migrations';

export class Migration047ParkedCommands extends Migration {
  override up(): void {
    this.addSql(`alter table outbox add column parked_at timestamptz`);
    this.addSql(`comment on column outbox.parked_at is
      'since when the command waits for the payment provider, in no queue; null: it is in its queue'`);
    this.addSql(`create index outbox_parked on outbox (parked_at) where parked_at is not null`);
    this.addSql(`comment on index outbox_parked is 'relay: commands to release, in order'`);
  }

  override down(): void {
    this.addSql(`drop index outbox_parked`);
    this.addSql(`alter table outbox drop column parked_at`);
  }
}
