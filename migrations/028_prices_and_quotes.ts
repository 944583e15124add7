// Locks: ACCESS EXCLUSIVE on carts and checkouts for an instant: columns without a default rewrite nothing; SHARE ROW EXCLUSIVE on
// price_lists, price_list_entries and customer_group_members while their triggers are made.
import { Migration } from '@mikro-orm/migrations';
import { createInvalidationTriggers, dropInvalidationTriggers } from './016_caching.ts';

/** SQL per table for the cache name that a change invalidates. */
const NAMED: Record<string, string> = {
  price_lists: `'price-lists'`,
  price_list_entries: `'product:' || (select product_id from variants where id = r.variant_id)`,
  customer_group_members: `'groups:' || r.account_id`,
};

export class Migration028PricesAndQuotes extends Migration {
  override up(): void {
    // Locks that block carts and checkouts are taken last.
    for (const [table, name] of Object.entries(NAMED))
      for (const sql of createInvalidationTriggers(table, name)) this.addSql(sql);
    this.addSql(`alter table carts add column last_quote jsonb`);
    this.addSql(`alter table checkouts add column quote jsonb`);
  }

  override down(): void {
    for (const table of Object.keys(NAMED)) for (const sql of dropInvalidationTriggers(table)) this.addSql(sql);
    this.addSql(`alter table checkouts drop column quote`);
    this.addSql(`alter table carts drop column last_quote`);
  }
}
