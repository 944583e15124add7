// Locks: ACCESS EXCLUSIVE on accounts for an instant for the new column; then of the rows of customers with a verified address.
import { Migration } from '@mikro-orm/migrations';

export class Migration029AddressOwners extends Migration {
  override up(): void {
    this.addSql(`alter table accounts add column claims_guest_orders boolean not null default false`);
    this.addSql(`comment on column accounts.claims_guest_orders is
      'whether one who signs in to the account has proved to read the mails to its address: orders of guests with it join the account'`);
    this.addSql(
      `update accounts set claims_guest_orders = true where kind = 'customer' and email_verified_at is not null`,
    );
  }

  override down(): void {
    this.addSql(`alter table accounts drop column claims_guest_orders`);
  }
}
