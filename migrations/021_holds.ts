// Locks: ACCESS EXCLUSIVE on checkouts for the new columns (at once), held while three indexes are made: nobody
// reads checkouts meanwhile (about a second per million rows).
import { Migration } from '@mikro-orm/migrations';

const ENDED = `state in ('EXPIRED', 'CANCELLED', 'FAILED')`;

export class Migration021Holds extends Migration {
  override up(): void {
    this.addSql(`alter table checkouts add column network text, add column units integer check (units > 0),
      add column email_index text`);
    this.addSql(
      `comment on column checkouts.network is 'blind index of the account or network that it counts for, while it is unpaid'`,
    );
    this.addSql(`comment on column checkouts.units is 'units of all its lines'`);
    this.addSql(
      `comment on column checkouts.email_index is 'blind index of the e-mail address of a guest, for the erasure of the account that verified it'`,
    );
    this.addSql(`create index checkouts_unpaid_of_network on checkouts (network) where network is not null`);
    this.addSql(
      `comment on index checkouts_unpaid_of_network is 'what an account or network holds unpaid, asked by each checkout'`,
    );
    this.addSql(`create index checkouts_guest_email on checkouts (email_index) where email_index is not null`);
    this.addSql(
      `comment on index checkouts_guest_email is 'the erasure of an account: checkouts of guests with its verified address'`,
    );
    this.remakePersonalIndex(
      `(email is not null or email_index is not null or redeemer is not null
        or shipping_address is not null or billing_address is not null)`,
    );
  }

  override down(): void {
    this.remakePersonalIndex(`email is not null`);
    this.addSql(`drop index checkouts_guest_email, checkouts_unpaid_of_network`);
    this.addSql(`alter table checkouts drop column network, drop column units, drop column email_index`);
  }

  /** Replaces the index of migration 020, which omitted checkouts whose only personal column is `redeemer`. */
  private remakePersonalIndex(knowsSomebody: string): void {
    this.addSql(`drop index checkouts_personal`);
    this.addSql(`create index checkouts_personal on checkouts (updated_at) where ${ENDED} and ${knowsSomebody}`);
    this.addSql(
      `comment on index checkouts_personal is 'retention: checkouts that ended without an order and still know somebody'`,
    );
  }
}
