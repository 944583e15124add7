// Locks: SHARE ROW EXCLUSIVE on accounts for an instant, for the foreign key of a new table.
import { Migration } from '@mikro-orm/migrations';

export class Migration022AccountRecovery extends Migration {
  override up(): void {
    // No reference to accounts: a request for an unknown address is stored, too.
    this.addSql(`
      create table password_reset_requests (
        id uuid primary key,
        kind text not null check (kind in ('customer', 'staff')),
        email_index text not null,
        created_at timestamptz not null
      )`);
    // Rows are inserted under the account's lock, so position is their order even if clocks differ.
    this.addSql(`
      create table email_changes (
        id uuid primary key,
        position bigint generated always as identity,
        account_id uuid not null references accounts,
        former_email text not null,
        former_email_index text not null,
        is_undoable boolean not null,
        holds_reset boolean not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        undone_at timestamptz
      )`);
    this.addSql(`create index email_changes_account on email_changes (account_id)`);
    this.addSql(`comment on index email_changes_account is 'changes of an account: undo, limit, erasure'`);
    this.addSql(`create index email_changes_former on email_changes (former_email_index)`);
    this.addSql(`comment on index email_changes_former is 'addresses that another account can still put back'`);
    this.addSql(`create index email_changes_expiry on email_changes (expires_at)`);
    this.addSql(`comment on index email_changes_expiry is 'sweeper: changes that can no longer be undone'`);
  }

  override down(): void {
    this.addSql(`drop table password_reset_requests, email_changes`);
  }
}
