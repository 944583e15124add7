// Locks: ACCESS EXCLUSIVE on discount_redemptions for an instant: a column with a constant default rewrites nothing; SHARE ROW EXCLUSIVE on
// checkouts for the foreign key, and on pricing_rules and discounts for their triggers. The redemptions of first orders are updated once.
import { Migration } from '@mikro-orm/migrations';
import { createInvalidationTriggers, dropInvalidationTriggers } from './016_caching.ts';

/** Tables whose changes invalidate the cache name `offers`: carts are priced with them. */
const OFFERS = ['pricing_rules', 'discounts'];

export class Migration017Offers extends Migration {
  override up(): void {
    this.addSql(`alter table discount_redemptions add column is_first_order boolean not null default false`);
    // Redeemers with a first-order discount in an active or completed checkout; the primary key refuses a second one.
    this.addSql(`
      create table first_orders (
        redeemer text primary key,
        checkout_id uuid not null references checkouts
      )`);
    this.addSql(`create index first_orders_checkout on first_orders (checkout_id)`);
    this.addSql(`comment on index first_orders_checkout is 'giving back the first order that a checkout has taken'`);
    // If a redeemer has two already, the earlier one counts.
    this.addSql(`
      insert into first_orders select distinct on (who) who, c.id
        from discount_redemptions r join discounts d on d.id = r.discount_id join checkouts c on c.id = r.checkout_id
          left join accounts a on c.redeemer = 'customer:' || a.id
          cross join lateral unnest(array[c.redeemer, 'email:' || a.email_index]) as who
        where d.first_order_only and r.status <> 'released' and who is not null order by who, c.id`);
    this.addSql(`
      update discount_redemptions r set is_first_order = true from discounts d
        where d.id = r.discount_id and d.first_order_only and r.status <> 'released'
          and r.checkout_id in (select checkout_id from first_orders)`);
    for (const table of OFFERS) for (const sql of createInvalidationTriggers(table, `'offers'`)) this.addSql(sql);
  }

  override down(): void {
    for (const table of OFFERS) for (const sql of dropInvalidationTriggers(table)) this.addSql(sql);
    this.addSql(`drop table first_orders`);
    this.addSql(`alter table discount_redemptions drop column is_first_order`);
  }
}
