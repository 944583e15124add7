// Locks: creates only; SHARE ROW EXCLUSIVE on variants for the foreign keys, for an instant.
import { Migration } from '@mikro-orm/migrations';

const STATES = `('CREATED', 'LOCKED', 'PAYMENT_PENDING', 'PAYMENT_CONFIRMED', 'ORDER_CREATED', 'COMPLETED',
  'EXPIRED', 'CANCELLED', 'FAILED')`;

export class Migration003Checkouts extends Migration {
  override up(): void {
    this.addSql(`
      create table customers (
        id uuid primary key,
        email text not null,
        name text not null,
        phone text,
        created_at timestamptz not null
      )`);
    this.addSql(`create unique index customers_email on customers (lower(email))`);
    this.addSql(`
      create table carts (
        id uuid primary key,
        customer_id uuid references customers,
        currency char(3) not null,
        status text not null check (status in ('open', 'checkout', 'ordered')),
        version integer not null default 1,
        created_at timestamptz not null,
        updated_at timestamptz not null
      ) with (fillfactor = 80)`);
    this.addSql(`
      create table cart_items (
        id uuid primary key,
        cart_id uuid not null references carts,
        variant_id uuid not null references variants,
        quantity integer not null check (quantity > 0),
        unique (cart_id, variant_id)
      )`);
    this.addSql(`
      create table checkouts (
        id uuid primary key,
        order_id uuid not null unique,
        cart_id uuid not null references carts,
        cart_version integer not null,
        email text not null,
        shipping_address jsonb not null,
        billing_address jsonb,
        currency char(3) not null,
        expected_total bigint check (expected_total >= 0),
        total bigint check (total >= 0),
        state text not null check (state in ${STATES}),
        busy boolean not null,
        machine jsonb,
        reason text,
        reason_details jsonb,
        steps integer not null,
        expires_at timestamptz,
        request_id text,
        version integer not null default 1,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        constraint a_way_out_has_a_reason check (state not in ('EXPIRED', 'CANCELLED', 'FAILED') or reason is not null),
        constraint locked_has_total_and_deadline
          check (state not in ('LOCKED', 'PAYMENT_PENDING') or (total is not null and expires_at is not null)),
        constraint completed_has_total check (state <> 'COMPLETED' or total is not null)
      ) with (fillfactor = 70)`);
    this.addSql(`
      create unique index checkouts_one_live_per_cart on checkouts (cart_id)
        where state not in ('EXPIRED', 'CANCELLED', 'FAILED')`);
    this.addSql(`create index checkouts_cart on checkouts (cart_id)`);
    this.addSql(
      `create index checkouts_deadline on checkouts (expires_at) where state in ('LOCKED', 'PAYMENT_PENDING')`,
    );
    this.addSql(`create index checkouts_busy on checkouts (updated_at) where busy`);
    this.addSql(`comment on index checkouts_one_live_per_cart is 'a cart has at most one live checkout'`);
    this.addSql(`comment on index checkouts_cart is 'checkouts of a cart'`);
    this.addSql(`comment on index checkouts_deadline is 'sweeper: deadlines that have passed'`);
    this.addSql(`comment on index checkouts_busy is 'sweeper: checkouts without progress'`);
    this.addSql(`
      create table checkout_lines (
        checkout_id uuid not null references checkouts,
        line integer not null check (line > 0),
        variant_id uuid not null references variants,
        quantity integer not null check (quantity > 0),
        primary key (checkout_id, line)
      )`);
    this.addSql(`
      create table checkout_history (
        checkout_id uuid not null,
        seq integer not null check (seq > 0),
        from_state text,
        to_state text not null,
        event text not null,
        accepted boolean not null,
        cause text not null,
        request_id text,
        at timestamptz not null,
        primary key (checkout_id, seq),
        constraint refused_changes_nothing check (accepted or from_state = to_state)
      ) partition by range (checkout_id)`);
    this.addSql(`
      create table pricing_snapshots (
        checkout_id uuid primary key references checkouts,
        engine_version integer not null,
        inputs jsonb not null,
        output jsonb not null,
        created_at timestamptz not null
      )`);
    this.addSql(`
      create table reservations (
        checkout_id uuid not null references checkouts,
        variant_id uuid not null references variants,
        quantity integer not null check (quantity > 0),
        status text not null check (status in ('held', 'consumed', 'released')),
        expires_at timestamptz not null,
        primary key (checkout_id, variant_id)
      ) with (fillfactor = 80)`);
    this.addSql(`create index reservations_held on reservations (variant_id, expires_at) where status = 'held'`);
    this.addSql(
      `comment on index reservations_held is 'reservations that have run out, asked when stock is short; bin/verify'`,
    );
  }

  override down(): void {
    this.addSql(`drop table reservations, pricing_snapshots, checkout_history, checkout_lines, checkouts, cart_items,
      carts, customers`);
  }
}
