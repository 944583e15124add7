// Locks: SHARE ROW EXCLUSIVE on refunds while an index and a trigger are made: refunds wait (half a second per million rows).
import { Migration } from '@mikro-orm/migrations';

/** SQL for the start of the local hour. Hours of India begin at half past an hour of UTC. */
const localHour = (instant: string): string => `date_trunc('hour', ${instant}, 'Asia/Kolkata')`;

const SUCCEEDED = `state = 'succeeded' and order_id is not null`;

/** Sums of orders and refunds per local hour. */
export class Migration034SalesRollUps extends Migration {
  override up(): void {
    this.addSql(`
      create table order_roll_ups (
        name text primary key,
        added_up_to bigint not null default 0,
        next_up_to bigint not null default 0,
        next_xid xid8 not null default '0',
        constraint roll_ups_go_forward check (added_up_to between 0 and next_up_to)
      )`);
    this.addSql(`comment on column order_roll_ups.added_up_to is 'the sums contain all orders up to this number'`);
    this.addSql(`comment on column order_roll_ups.next_up_to is
      'the number up to which orders are added next: as soon as all transactions before next_xid have ended'`);
    this.addSql(`insert into order_roll_ups (name) values ('sales')`);
    this.addSql(`
      create table sales_hours (
        hour timestamptz primary key,
        orders integer not null,
        units integer not null,
        subtotal bigint not null,
        discount bigint not null,
        shipping bigint not null,
        tax bigint not null,
        revenue bigint not null,
        new_customers integer not null,
        returning_orders integer not null
      )`);
    this.addRefunds();
  }

  private addRefunds(): void {
    this.addSql(`
      create table refund_hours (
        hour timestamptz primary key,
        refunds integer not null,
        refunded bigint not null,
        refunded_tax bigint not null,
        refunded_units integer not null
      )`);
    this.addSql(`create index refunds_succeeded on refunds (decided_at) where ${SUCCEEDED}`);
    this.addSql(`comment on index refunds_succeeded is 'analytics: refunds of an hour'`);
    // Rows are only inserted and deleted, so refunds do not wait for each other.
    this.addSql(`
      create table changed_refund_hours (
        id bigint generated always as identity primary key,
        hour timestamptz not null
      ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)`);
    this.addSql(`
      create function mark_refund_hours() returns trigger language plpgsql as $$
        begin
          insert into changed_refund_hours (hour) select distinct ${localHour('decided_at')}
            from (values (old.decided_at), (new.decided_at)) as refund (decided_at) where decided_at is not null;
          return null;
        end $$`);
    this.addSql(`create trigger refunds_mark_their_hours after insert or update or delete on refunds
      for each row execute function mark_refund_hours()`);
    this.addSql(
      `insert into changed_refund_hours (hour) select distinct ${localHour('decided_at')} from refunds where ${SUCCEEDED}`,
    );
  }

  override down(): void {
    this.addSql(`drop trigger refunds_mark_their_hours on refunds`);
    this.addSql(`drop function mark_refund_hours`);
    this.addSql(`drop index refunds_succeeded`);
    this.addSql(`drop table changed_refund_hours, refund_hours, sales_hours, order_roll_ups`);
  }
}
