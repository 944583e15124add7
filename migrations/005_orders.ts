// Locks: creates only; SHARE ROW EXCLUSIVE on checkouts and variants for the foreign keys, for an instant.
import { Migration } from '@mikro-orm/migrations';

const STATES = `('PENDING', 'CONFIRMED', 'PROCESSING', 'SHIPPED', 'DELIVERED', 'CANCELLED', 'REFUNDED')`;

export class Migration005Orders extends Migration {
  override up(): void {
    // The checkout chooses the order's id, so a second order of a checkout violates the primary key.
    this.addSql(`
      create table orders (
        id uuid not null,
        checkout_id uuid not null references checkouts,
        customer_id uuid references customers,
        state text not null check (state in ${STATES}),
        currency char(3) not null,
        prices_include_tax boolean not null,
        subtotal bigint not null check (subtotal >= 0),
        discount bigint not null check (discount >= 0),
        shipping bigint not null check (shipping >= 0),
        tax bigint not null check (tax >= 0),
        total bigint not null check (total >= 0),
        version integer not null default 1,
        placed_at timestamptz not null,
        primary key (id),
        constraint total_is_the_sum_of_its_parts
          check (total = subtotal - discount + shipping + case when prices_include_tax then 0 else tax end)
      ) partition by range (id)`);
    this.addSql(`create index orders_customer on orders (customer_id, id)`);
    this.addSql(`comment on index orders_customer is 'orders of a customer, newest first'`);
    this.addSql(`create sequence order_number`);
    this.addSql(`
      create table order_numbers (
        number bigint primary key default nextval('order_number'),
        order_id uuid not null unique references orders
      )`);
    this.addSql(`
      create table order_lines (
        order_id uuid not null references orders,
        line integer not null check (line > 0),
        variant_id uuid not null references variants,
        sku text not null,
        title text not null,
        hsn text not null,
        quantity integer not null check (quantity > 0),
        unit_price bigint not null check (unit_price >= 0),
        line_total bigint not null check (line_total >= 0),
        discount bigint not null check (discount between 0 and line_total),
        taxable_value bigint not null check (taxable_value >= 0),
        rate_percent numeric(7, 4) not null check (rate_percent >= 0),
        cgst bigint not null check (cgst >= 0),
        sgst bigint not null check (sgst >= 0),
        igst bigint not null check (igst >= 0),
        unit_shares jsonb not null,
        primary key (order_id, line),
        constraint line_total_is_price_times_quantity check (line_total = unit_price * quantity),
        constraint tax_goes_to_the_states_or_the_union check (igst = 0 or cgst + sgst = 0)
      ) partition by range (order_id)`);
    this.addSql(`
      create table order_history (
        order_id uuid not null references orders,
        seq integer not null check (seq > 0),
        from_state text,
        to_state text not null check (to_state in ${STATES}),
        event text not null,
        actor text not null,
        reason text,
        request_id text,
        at timestamptz not null,
        primary key (order_id, seq)
      ) partition by range (order_id)`);
  }

  override down(): void {
    this.addSql(`drop table order_history, order_lines, order_numbers, orders`);
    this.addSql(`drop sequence order_number`);
  }
}
