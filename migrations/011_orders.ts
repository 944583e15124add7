// Locks: ACCESS EXCLUSIVE on orders, order_lines, order_history, payments and payment_operations while their rows are brought up to date.
import { Migration } from '@mikro-orm/migrations';

export class Migration011Orders extends Migration {
  override up(): void {
    this.addOrderColumns();
    this.addPaymentColumns();
    this.addShipments();
    this.addRefunds();
    this.addReturns();
    this.addSql(`
      create table order_commands (
        id uuid primary key,
        order_id uuid not null references orders,
        kind text not null,
        work jsonb not null,
        actor text not null,
        reason text,
        state text not null default 'pending' check (state in ('pending', 'done', 'refused')),
        error jsonb,
        request_id text,
        created_at timestamptz not null,
        decided_at timestamptz,
        constraint decided_commands_say_when check ((state = 'pending') = (decided_at is null)),
        constraint refused_commands_say_why check ((state = 'refused') = (error is not null))
      ) with (fillfactor = 80)`);
    this.addSql(`create index order_commands_order on order_commands (order_id, id)`);
    this.addSql(`comment on index order_commands_order is 'what was asked of an order'`);
    this.addSql(`create index order_commands_pending on order_commands (created_at) where state = 'pending'`);
    this.addSql(`comment on index order_commands_pending is 'bin/verify: commands that nobody has decided'`);
  }

  private addOrderColumns(): void {
    this.addSql(`
      alter table orders add column machine jsonb, add column allowed text[] not null
          default '{PROCESS,CANCEL,CANCEL_BY_CUSTOMER,CANCEL_UNITS}',
        add column steps integer not null default 2,
        add column delivery_refunded boolean not null default false,
        add column updated_at timestamptz`);
    this.addSql(`
      update orders o set updated_at = placed_at, machine = jsonb_build_object('version', 1, 'value', o.state,
        'context', jsonb_build_object('total', o.total, 'asked', 0, 'returned', 0, 'shipped', 0, 'delivered', 0,
          'toShip', (select sum(quantity) from order_lines where order_id = o.id)))`);
    this.addSql(`alter table orders alter column machine set not null, alter column updated_at set not null`);
    this.addSql(`create index orders_state on orders (state, id)`);
    this.addSql(`comment on index orders_state is 'staff: orders of a state, newest first'`);
    this.addSql(`
      alter table order_lines
        add column shipped integer not null default 0 check (shipped >= 0),
        add column cancelled integer not null default 0 check (cancelled >= 0),
        add column returned integer not null default 0 check (returned between 0 and shipped),
        add column refunded integer not null default 0,
        add constraint no_more_units_than_were_bought check (shipped + cancelled <= quantity),
        add constraint cancelled_units_are_refunded check (refunded between cancelled and cancelled + shipped)`);
    this.addSql(`alter table order_history add column cause text, add column data jsonb`);
    this.addSql(`
      update order_history h set event = upper(h.event), data = case when h.seq = 1 then o.machine -> 'context' end
        from orders o where o.id = h.order_id`);
  }

  private addPaymentColumns(): void {
    this.addSql(`alter table payments add column refund_asked bigint not null default 0`);
    this.addSql(`
      update payments p set refund_asked = greatest(p.refunded, coalesce((select sum(o.amount) from payment_operations o
        where o.payment_id = p.id and o.kind = 'refund' and o.status in ('pending', 'unknown', 'done')), 0))`);
    this.addSql(`
      alter table payments drop constraint refunded_is_within_captured,
        add constraint refunded_is_within_what_was_asked check (refunded between 0 and refund_asked),
        add constraint asked_is_within_captured check (refund_asked <= captured)`);
    this.addSql(`alter table payment_operations add column refund_id uuid`);
  }

  private addShipments(): void {
    this.addSql(`
      create table shipments (
        id uuid primary key,
        order_id uuid not null references orders,
        number integer not null check (number > 0),
        carrier text,
        tracking_number text,
        shipped_at timestamptz not null,
        delivered_at timestamptz,
        unique (order_id, number)
      )`);
    this.addSql(`
      create table shipment_lines (
        shipment_id uuid not null references shipments,
        order_id uuid not null,
        line integer not null,
        quantity integer not null check (quantity > 0),
        primary key (shipment_id, line),
        foreign key (order_id, line) references order_lines
      )`);
  }

  private addRefunds(): void {
    this.addSql(`
      create table refunds (
        id uuid primary key,
        order_id uuid references orders,
        payment_id uuid not null references payments,
        amount bigint not null check (amount > 0),
        cause text not null check (cause in ('cancellation', 'refund', 'return', 'provider')),
        reason text,
        state text not null check (state in ('pending', 'succeeded', 'failed')),
        failure text,
        provider_reference text unique,
        created_at timestamptz not null,
        decided_at timestamptz,
        constraint our_refunds_are_of_an_order check (order_id is not null or cause = 'provider'),
        constraint the_others_are_known_by_name check ((cause = 'provider') = (provider_reference is not null)),
        constraint decided_refunds_say_when check ((state = 'pending') = (decided_at is null))
      )`);
    this.addSql(`create index refunds_order on refunds (order_id, id)`);
    this.addSql(`comment on index refunds_order is 'refunds of an order'`);
    // Line 0 is the delivery.
    this.addSql(`
      create table refund_lines (
        refund_id uuid not null references refunds,
        order_id uuid not null,
        line integer not null check (line >= 0),
        quantity integer not null check (quantity > 0),
        amount bigint not null check (amount >= 0),
        taxable bigint not null check (taxable >= 0),
        cgst bigint not null check (cgst >= 0),
        sgst bigint not null check (sgst >= 0),
        igst bigint not null check (igst >= 0),
        primary key (refund_id, line),
        constraint amount_is_taxable_and_tax check (amount = taxable + cgst + sgst + igst)
      )`);
    this.addSql(`alter table payment_operations add foreign key (refund_id) references refunds`);
    this.addSql(`create index payment_operations_refund on payment_operations (refund_id) where refund_id is not null`);
    this.addSql(`comment on index payment_operations_refund is 'the calls that a refund led to'`);
  }

  private addReturns(): void {
    this.addSql(`
      create table returns (
        id uuid primary key,
        order_id uuid not null references orders,
        state text not null check (state in ('requested', 'approved', 'rejected', 'withdrawn', 'received')),
        reason text not null check (reason in ('damaged', 'wrong_item', 'not_as_described', 'no_longer_wanted', 'other')),
        requested_by text not null,
        refund_id uuid references refunds,
        created_at timestamptz not null,
        decided_at timestamptz,
        received_at timestamptz
      )`);
    this.addSql(`create index returns_order on returns (order_id, id)`);
    this.addSql(`comment on index returns_order is 'returns of an order'`);
    this.addSql(`create index returns_open on returns (id) where state in ('requested', 'approved')`);
    this.addSql(`comment on index returns_open is 'staff: returns that wait for a decision or for the goods'`);
    this.addSql(`
      create table return_lines (
        return_id uuid not null references returns,
        order_id uuid not null,
        line integer not null,
        quantity integer not null check (quantity > 0),
        restocked integer not null default 0 check (restocked between 0 and quantity),
        primary key (return_id, line),
        foreign key (order_id, line) references order_lines
      )`);
  }

  override down(): void {
    this.addSql(`drop table return_lines, returns, refund_lines, shipment_lines, shipments, order_commands`);
    this.addSql(`alter table payment_operations drop column refund_id`);
    this.addSql(`drop table refunds`);
    this.addSql(`
      alter table payments drop constraint refunded_is_within_what_was_asked, drop constraint asked_is_within_captured,
        drop column refund_asked, add constraint refunded_is_within_captured check (refunded between 0 and captured)`);
    this.addSql(`update order_history set event = lower(event)`);
    this.addSql(`alter table order_history drop column cause, drop column data`);
    this.addSql(`
      alter table order_lines drop constraint no_more_units_than_were_bought, drop constraint cancelled_units_are_refunded,
        drop column shipped, drop column cancelled, drop column returned, drop column refunded`);
    this.addSql(`drop index orders_state`);
    this.addSql(`
      alter table orders drop column machine, drop column allowed, drop column steps, drop column delivery_refunded,
        drop column updated_at`);
  }
}
