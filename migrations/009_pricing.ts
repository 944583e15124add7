// Locks: ACCESS EXCLUSIVE on carts, cart_items, checkouts, checkout_lines, orders and order_lines for an instant: columns with constant defaults
// rewrite nothing; the completed checkouts of customers are updated once.
import { Migration } from '@mikro-orm/migrations';

const VERSIONED = `version integer not null default 1, created_at timestamptz not null, updated_at timestamptz not null`;
const WINDOW = `starts_at timestamptz, ends_at timestamptz, check (ends_at > starts_at)`;

export class Migration009Pricing extends Migration {
  override up(): void {
    this.pricesUp();
    this.discountsUp();
    this.bundlesUp();
    this.deliveryUp();
    this.cartsUp();
    this.ordersUp();
  }

  private pricesUp(): void {
    this.addSql(`
      create table price_lists (
        id uuid primary key,
        name text not null unique,
        status text not null check (status in ('active', 'archived')),
        priority integer not null,
        group_ids uuid[] not null default '{}',
        ${WINDOW},
        ${VERSIONED}
      )`);
    this.addSql(`
      create table price_list_entries (
        variant_id uuid not null references variants,
        price_list_id uuid not null references price_lists,
        min_quantity integer not null check (min_quantity > 0),
        price bigint not null check (price >= 0),
        primary key (variant_id, price_list_id, min_quantity)
      )`);
    this.addSql(`create index price_list_entries_list on price_list_entries (price_list_id, variant_id, min_quantity)`);
    this.addSql(`comment on index price_list_entries_list is 'entries of a price list, page by page'`);
    this.addSql(`
      create table pricing_rules (
        id uuid primary key,
        name text not null unique,
        status text not null check (status in ('active', 'archived')),
        priority integer not null,
        is_final boolean not null,
        group_ids uuid[] not null default '{}',
        include jsonb not null,
        exclude jsonb not null,
        min_quantity integer not null default 1 check (min_quantity > 0),
        max_quantity integer check (max_quantity >= min_quantity),
        action jsonb not null,
        ${WINDOW},
        ${VERSIONED}
      )`);
  }

  private discountsUp(): void {
    this.addSql(`
      create table discounts (
        id uuid primary key,
        name text not null unique,
        status text not null check (status in ('active', 'paused', 'archived')),
        is_automatic boolean not null,
        priority integer not null,
        stacking text not null check (stacking in ('exclusive', 'stackable')),
        stack_group text,
        group_ids uuid[] not null default '{}',
        first_order_only boolean not null default false,
        min_subtotal bigint not null default 0 check (min_subtotal >= 0),
        min_quantity integer not null default 0 check (min_quantity >= 0),
        include jsonb not null,
        exclude jsonb not null,
        excludes_bundles boolean not null default false,
        offer jsonb not null,
        max_uses integer check (max_uses > 0),
        max_uses_per_customer integer check (max_uses_per_customer > 0),
        ${WINDOW},
        ${VERSIONED}
      )`);
    this.addSql(`create index discounts_automatic on discounts (id) where is_automatic and status = 'active'`);
    this.addSql(`comment on index discounts_automatic is 'what every cart is priced with'`);
    this.addSql(`
      create table discount_codes (
        code text primary key check (code = upper(code)),
        discount_id uuid not null references discounts,
        max_uses integer check (max_uses > 0),
        created_at timestamptz not null
      )`);
    this.addSql(`create index discount_codes_discount on discount_codes (discount_id, code)`);
    this.addSql(`comment on index discount_codes_discount is 'codes of a discount, page by page'`);
    // A counter is 'all', 'customer:…' or 'code:…'; the check constraint refuses a use over the limit.
    this.addSql(`
      create table discount_uses (
        discount_id uuid not null references discounts,
        counter text not null,
        used integer not null check (used >= 0),
        most integer not null,
        primary key (discount_id, counter),
        constraint uses_are_within_the_limit check (used <= most)
      ) with (fillfactor = 70)`);
    this.addSql(`
      create table discount_redemptions (
        checkout_id uuid not null references checkouts,
        discount_id uuid not null references discounts,
        code text,
        amount bigint not null check (amount >= 0),
        counters text[] not null,
        status text not null check (status in ('held', 'consumed', 'released')),
        created_at timestamptz not null,
        primary key (checkout_id, discount_id)
      ) with (fillfactor = 80)`);
    this.addSql(`create index discount_redemptions_discount on discount_redemptions (discount_id, checkout_id)`);
    this.addSql(
      `comment on index discount_redemptions_discount is 'redemptions of a discount; its counters in bin/verify'`,
    );
  }

  private bundlesUp(): void {
    this.addSql(`
      create table bundles (
        id uuid primary key,
        slug text not null unique,
        title text not null,
        description text not null,
        status text not null check (status in ('draft', 'active', 'archived')),
        pricing jsonb not null,
        ${VERSIONED}
      )`);
    this.addSql(`
      create table bundle_sets (
        id uuid primary key,
        bundle_id uuid not null references bundles on delete cascade,
        title text not null,
        min_quantity integer not null check (min_quantity >= 0),
        max_quantity integer not null check (max_quantity >= min_quantity and max_quantity > 0),
        position integer not null
      )`);
    this.addSql(`create index bundle_sets_bundle on bundle_sets (bundle_id, position)`);
    this.addSql(`comment on index bundle_sets_bundle is 'choice sets of a bundle'`);
    this.addSql(`
      create table bundle_items (
        set_id uuid not null references bundle_sets on delete cascade,
        variant_id uuid not null references variants,
        max_quantity integer check (max_quantity > 0),
        surcharge bigint not null default 0 check (surcharge >= 0),
        position integer not null,
        primary key (set_id, variant_id)
      )`);
    this.addSql(`create index bundle_items_variant on bundle_items (variant_id)`);
    this.addSql(`comment on index bundle_items_variant is 'bundles that a variant is part of'`);
  }

  private deliveryUp(): void {
    this.addSql(`alter table tax_classes add column version integer not null default 1`);
    this.addSql(`
      create table shipping_methods (
        id uuid primary key,
        name text not null unique,
        status text not null check (status in ('active', 'archived')),
        is_default boolean not null default false,
        position integer not null,
        hsn text not null check (hsn ~ '^([0-9]{4}|[0-9]{6}|[0-9]{8})$'),
        tax_class text not null references tax_classes,
        zones jsonb not null,
        ${VERSIONED}
      )`);
    this.addSql(
      `create unique index shipping_methods_default on shipping_methods (is_default) where is_default and status = 'active'`,
    );
    this.addSql(`comment on index shipping_methods_default is 'at most one method counts where none was chosen'`);
  }

  private cartsUp(): void {
    this.addSql(`
      alter table carts
        add column codes text[] not null default '{}',
        add column shipping_method_id uuid references shipping_methods,
        add column destination text`);
    this.addSql(`create index carts_abandoned on carts (updated_at) where status in ('open', 'merged')`);
    this.addSql(`comment on index carts_abandoned is 'retention: carts that nobody has touched for long'`);
    this.addSql(`
      alter table cart_items
        alter column variant_id drop not null,
        add column bundle_id uuid references bundles,
        add column selections jsonb,
        add column told_price bigint,
        add constraint a_variant_or_a_bundle check ((variant_id is null) = (bundle_id is not null)),
        add constraint a_bundle_has_selections check ((bundle_id is null) = (selections is null))`);
    this.addSql(`
      alter table checkouts
        add column codes text[] not null default '{}',
        add column redeemer text,
        add column shipping_method_id uuid references shipping_methods`);
    // Customers with a completed order have used their first order.
    this.addSql(`
      update checkouts set redeemer = 'customer:' || customer_id where customer_id is not null and state = 'COMPLETED'`);
    this.addSql(`create index checkouts_redeemer on checkouts (redeemer) where redeemer is not null`);
    this.addSql(`comment on index checkouts_redeemer is 'whether somebody has ordered before'`);
    this.addSql(`
      alter table checkout_lines
        add column bundle_item integer,
        add column bundle_id uuid references bundles,
        add column set_id uuid,
        add column bundle_quantity integer check (bundle_quantity > 0),
        add constraint a_component_knows_its_bundle check (num_nonnulls(bundle_item, bundle_id, set_id, bundle_quantity) in (0, 4))`);
  }

  private ordersUp(): void {
    this.addSql(`
      alter table orders
        add column shipping_method text,
        add column shipping_hsn text,
        add column shipping_rate_percent numeric(7, 4) not null default 0 check (shipping_rate_percent >= 0),
        add column shipping_taxable_value bigint not null default 0 check (shipping_taxable_value >= 0),
        add column shipping_cgst bigint not null default 0 check (shipping_cgst >= 0),
        add column shipping_sgst bigint not null default 0 check (shipping_sgst >= 0),
        add column shipping_igst bigint not null default 0 check (shipping_igst >= 0),
        add constraint shipping_is_its_parts check (shipping = shipping_taxable_value
          + case when prices_include_tax then shipping_cgst + shipping_sgst + shipping_igst else 0 end)`);
    this.addSql(`
      alter table order_lines
        drop constraint line_total_is_price_times_quantity,
        add column bundle_item integer,
        add column bundle_id uuid,
        add constraint a_component_knows_its_bundle check ((bundle_item is null) = (bundle_id is null)),
        add constraint line_total_is_price_times_quantity
          check (line_total = unit_price * quantity or bundle_item is not null)`);
  }

  override down(): void {
    this.addSql(`
      alter table order_lines
        drop constraint line_total_is_price_times_quantity,
        drop column bundle_item,
        drop column bundle_id,
        add constraint line_total_is_price_times_quantity check (line_total = unit_price * quantity) not valid`);
    this.addSql(`
      alter table orders
        drop constraint shipping_is_its_parts,
        drop column shipping_method,
        drop column shipping_hsn,
        drop column shipping_rate_percent,
        drop column shipping_taxable_value,
        drop column shipping_cgst,
        drop column shipping_sgst,
        drop column shipping_igst`);
    this.addSql(`
      alter table checkout_lines drop column bundle_item, drop column bundle_id, drop column set_id,
        drop column bundle_quantity`);
    this.addSql(`alter table checkouts drop column codes, drop column redeemer, drop column shipping_method_id`);
    this.addSql(`delete from cart_items where bundle_id is not null`);
    this.addSql(`
      alter table cart_items drop column bundle_id, drop column selections, drop column told_price,
        alter column variant_id set not null`);
    this.addSql(`drop index carts_abandoned`);
    this.addSql(`alter table carts drop column codes, drop column shipping_method_id, drop column destination`);
    this.addSql(`drop table shipping_methods, bundle_items, bundle_sets, bundles, discount_redemptions, discount_uses,
      discount_codes, discounts, pricing_rules, price_list_entries, price_lists`);
    this.addSql(`alter table tax_classes drop column version`);
  }
}
