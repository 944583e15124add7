import pg from 'pg';

/** Variants that sell every day, and the days: a range of a year, and the year before it. */
export const VARIANTS = 400;
const DAYS = 731;
const DISCOUNTS = 100;
/** Of the last two days: three carts and two checkouts for each of 2,740 orders a day. */
const CARTS = 16_440;
const CHECKOUTS = 10_960;
const RECENT = `now() - n * interval '48 hours' / `;

const id = (kind: number, n: string): string =>
  `('0190000${kind}-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
/** A UUIDv7 of an instant; `n` makes it unique. */
const idAt = (at: string, n: string): string =>
  `(lpad(to_hex((extract(epoch from ${at}) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(${n}), 15, '0'))::uuid`;

const TODAY = `(now() at time zone 'Asia/Kolkata')::date`;
const HOURS = `generate_series((${TODAY} - ${DAYS})::timestamp at time zone 'Asia/Kolkata', date_trunc('hour', now(), 'Asia/Kolkata'), interval '1 hour') as hour`;
const DAY_SERIES = `generate_series(${TODAY} - ${DAYS}, ${TODAY}, interval '1 day') as day`;
/** What becomes of checkouts: an hour has each of these counts. */
const STEPS = `(values ('carts', '', 340), ('completed', '', 114), ('expired', 'RESERVATION_EXPIRED', 60),
  ('expired', 'PAYMENT_TIMEOUT', 8), ('cancelled', 'CANCELLED_BY_CUSTOMER', 20), ('failed', 'INSUFFICIENT_INVENTORY', 5),
  ('failed', 'PRICE_CHANGED', 4), ('failed', 'PAYMENT_FAILED', 9), ('failed', 'CART_CHANGED', 3)) as steps (step, reason, count)`;

const STATEMENTS = [
  // The rows fit together as they are: asking the foreign keys for each would take longer than all the rest.
  `set session_replication_role = replica`,
  `insert into tax_classes (code, name) values ('standard', 'Everything') on conflict do nothing`,
  `insert into collections (id, slug, title, position)
    select ${id(1, 'n')}, 'collection-' || n, 'Collection ' || n, n from generate_series(1, 20) n`,
  `insert into products (id, slug, title, description, brand, hsn, tax_class, status, created_at, updated_at)
    select ${id(2, 'n')}, 'product-' || n, 'Product ' || n, '', '', '6211', 'standard', 'active', now(), now()
      from generate_series(1, ${VARIANTS / 4}) n`,
  `insert into variants (id, product_id, sku, size, price, position)
    select ${id(3, 'n')}, ${id(2, '1 + n / 4')}, 'SKU-' || n, (array['S', 'M', 'L', 'XL'])[1 + n % 4], 10000, n % 4
      from generate_series(0, ${VARIANTS - 1}) n`,
  `insert into stock_levels (variant_id, on_hand) select id, position * 10 from variants`,
  `insert into product_collections (collection_id, product_id)
    select ${id(1, '1 + n % 20')}, ${id(2, 'n')} from generate_series(1, ${VARIANTS / 4}) n`,
  `insert into sales_hours select hour, 114, 312, 1140000, 20000, 57000, 60000, 1177000, 40, 50 from ${HOURS}`,
  `insert into refund_hours select hour, 8, 90000, 4500, 20 from ${HOURS}`,
  `insert into variant_sales select 'day', day, v.id, 3, 30000 + v.position from ${DAY_SERIES}, variants v`,
  `insert into variant_sales select 'month', date_trunc('month', start), variant_id, sum(units), sum(revenue) from variant_sales group by 1, 2, 3`,
  `insert into discounts (id, name, status, is_automatic, priority, stacking, include, exclude, offer, created_at, updated_at)
    select ${id(4, 'n')}, 'Discount ' || n, 'active', false, 0, 'stackable', '{}', '{}', '{}', now(), now()
      from generate_series(1, ${DISCOUNTS}) n`,
  `insert into discount_days select day, ${id(4, 'n')}, 10, 5000 from ${DAY_SERIES}, generate_series(1, ${DISCOUNTS}) n`,
  `insert into conversion_hours select hour, step, reason, count, now() from ${HOURS}, ${STEPS}`,
  `insert into conversion_days select (hour at time zone 'Asia/Kolkata')::date, step, reason, sum(count) from conversion_hours group by 1, 2, 3`,
  `insert into carts (id, currency, status, created_at, updated_at)
    select ${idAt('at', 'n')}, 'INR', case when n % 3 = 0 then 'ordered' else 'open' end, at, at
      from generate_series(1, ${CARTS}) n, lateral (select ${RECENT}${CARTS} as at) as t`,
  `insert into cart_items (id, cart_id, variant_id, quantity)
    select id, id, ${id(3, '1')}, 1 from carts where status = 'open' and get_byte(uuid_send(id), 15) % 4 > 0`,
  `insert into checkouts (id, order_id, cart_id, cart_version, place_of_supply, currency, total, state, busy, steps, reason, expires_at, created_at, updated_at)
    select ${idAt('at', 'n')}, ${idAt('at', 'n')}, ${idAt('at', 'n')}, 1, 'IN-KA', 'INR', 10000,
        case when n % 2 = 0 then 'COMPLETED' else 'EXPIRED' end, false, 1, case when n % 2 = 1 then 'RESERVATION_EXPIRED' end, at, at, at
      from generate_series(1, ${CHECKOUTS}) n, lateral (select ${RECENT}${CHECKOUTS} as at) as t`,
  `vacuum (analyze) products, variants, stock_levels, sales_hours, refund_hours, variant_sales, discount_days, conversion_hours, conversion_days, carts, cart_items, checkouts`,
];

/**
 * Fills the roll-ups of an empty shop as two years of a million orders each leave them, but for fewer variants, with the
 * carts and checkouts of the last two days, which are not counted yet.
 */
export async function plantYearsOfSales(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of STATEMENTS) await client.query(statement);
  } finally {
    await client.end();
  }
}
