// Locks: creates only.
import { Migration } from '@mikro-orm/migrations';

/** Counts of carts and checkouts per local hour; sums of sold variants and used discounts. */
export class Migration036ConversionAndBestsellers extends Migration {
  override up(): void {
    this.addSql(`
      create table conversion_hours (
        hour timestamptz not null,
        step text not null check (step in ('carts', 'open', 'completed', 'expired', 'cancelled', 'failed')),
        reason text not null,
        count integer not null,
        counted_at timestamptz not null,
        primary key (hour, step, reason)
      )`);
    this.addSql(`
      comment on column conversion_hours.counted_at is 'later changes of carts and checkouts of the hour are not counted yet'`);
    this.addSql(`
      create table variant_sales (
        grain text not null check (grain in ('day', 'month')),
        start date not null,
        variant_id uuid not null,
        units integer not null,
        revenue bigint not null,
        primary key (grain, start, variant_id)
      )`);
    this.addSql(`
      create table discount_days (
        day date not null,
        discount_id uuid not null,
        uses integer not null,
        cost bigint not null,
        primary key (day, discount_id)
      )`);
    this.addSql(`insert into order_roll_ups (name) values ('variants'), ('discounts')`);
  }

  override down(): void {
    this.addSql(`delete from order_roll_ups where name in ('variants', 'discounts')`);
    this.addSql(`drop table discount_days, variant_sales, conversion_hours`);
  }
}
