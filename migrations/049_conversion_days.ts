// Locks: creates only; reads conversion_hours (a second per year of trade).
import { Migration } from '@mikro-orm/migrations';

/** Counts of carts and checkouts per local day: sums of conversion_hours, from which answers about months are read. */
export class Migration049ConversionDays extends Migration {
  override up(): void {
    this.addSql(`
      create table conversion_days (
        day date not null,
        step text not null check (step in ('carts', 'open', 'completed', 'expired', 'cancelled', 'failed')),
        reason text not null,
        count integer not null,
        primary key (day, step, reason)
      )`);
    this.addSql(`
      insert into conversion_days select (hour at time zone 'Asia/Kolkata')::date, step, reason, sum(count)
        from conversion_hours group by 1, 2, 3`);
  }

  override down(): void {
    this.addSql(`drop table conversion_days`);
  }
}
