// Locks: ACCESS EXCLUSIVE on outbox while the index of its few parked rows is made; writes wait at most half a second in a row.
import { Migration } from '@mikro-orm/migrations';
import { patiently } from '../src/infra/database/patient-ddl.ts';

export class Migration047ParkedCommands extends Migration {
  override up(): void {
    this.addSql(
      patiently(`
        alter table outbox add column parked_at timestamptz;
        comment on column outbox.parked_at is
          'since when the command waits for the payment provider, in no queue; null: it is in its queue';
        create index outbox_parked on outbox (parked_at) where parked_at is not null;
        comment on index outbox_parked is 'relay: commands to release, in order'`),
    );
  }

  override down(): void {
    this.addSql(`drop index outbox_parked`);
    this.addSql(`alter table outbox drop column parked_at`);
  }
}
