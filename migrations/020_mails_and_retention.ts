// Locks: creates only.
import { Migration } from '@mikro-orm/migrations';

export class Migration020MailsAndRetention extends Migration {
  override up(): void {
    // Behind the day come the commands, not a number: a mail that is tried again counts once.
    this.addSql(`
      create table mail_counts (
        day date not null,
        address_index text not null,
        topic text not null check (topic in ('account', 'purchase')),
        command_ids uuid[] not null,
        primary key (day, address_index, topic)
      )`);
  }

  override down(): void {
    this.addSql(`drop table mail_counts`);
  }
}
