// Locks: ACCESS EXCLUSIVE on checkouts for the new columns (at once), then SHARE while the index is made (it has no rows yet: one scan).
import { Migration } from '@mikro-orm/migrations';

export class Migration021Holds extends Migration {
  override up(): void {
    this.addSql(`alter table checkouts add column network text, add column units integer check (units > 0)`);
    this.addSql(
      `comment on column checkouts.network is 'blind index of the network that it comes from, while it is unpaid'`,
    );
    this.addSql(`comment on column checkouts.units is 'units of all its lines'`);
    this.addSql(`create index checkouts_unpaid_of_network on checkouts (network) where network is not null`);
    this.addSql(
      `comment on index checkouts_unpaid_of_network is 'what a network holds unpaid, asked by each checkout'`,
    );
  }

  override down(): void {
    this.addSql(`drop index checkouts_unpaid_of_network`);
    this.addSql(`alter table checkouts drop column network, drop column units`);
  }
}
