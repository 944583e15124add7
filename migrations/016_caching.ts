// Locks: creates only; SHARE ROW EXCLUSIVE on products, variants, product_collections, collections, bundles, bundle_sets,
// bundle_items, reviews and accounts while their triggers are made, for an instant.
import { Migration } from '@mikro-orm/migrations';

/** SQL per table for the cache name that a change invalidates: of the row itself, or of its product. */
const NAMED: Record<string, string> = {
  products: `'product:' || r.id`,
  variants: `'product:' || r.product_id`,
  product_collections: `'product:' || r.product_id`,
  collections: `'catalogue'`,
  bundles: `'bundles'`,
  bundle_sets: `'bundles'`,
  bundle_items: `'bundles'`,
  reviews: `'reviews:' || r.product_id`,
  account_preferences: `'preferences:' || r.id`,
};

const EVENTS = { insert: 'new', update: 'new', delete: 'old' };

/**
 * Creates triggers that record cache invalidations in the transaction of the change, once per statement. `name` is SQL
 * over a row `r`.
 */
export const createInvalidationTriggers = (table: string, name: string): string[] => [
  `create function ${table}_are_stale() returns trigger language plpgsql as $$
    begin
      insert into cache_invalidations (name) select distinct ${name} from changed r;
      return null;
    end $$`,
  ...Object.entries(EVENTS).map(
    ([event, rows]) => `create trigger ${table}_are_stale_after_${event} after ${event} on ${table}
      referencing ${rows} table as changed for each statement execute function ${table}_are_stale()`,
  ),
];

export const dropInvalidationTriggers = (table: string): string[] => [
  ...Object.keys(EVENTS).map((event) => `drop trigger ${table}_are_stale_after_${event} on ${table}`),
  `drop function ${table}_are_stale()`,
];

export class Migration016Caching extends Migration {
  override up(): void {
    // Rows are only inserted and deleted, so changes of products do not wait for each other.
    this.addSql(`
      create table cache_invalidations (
        id bigint generated always as identity primary key,
        name text not null,
        created_at timestamptz not null default clock_timestamp()
      ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)`);
    // The id is that of the account.
    this.addSql(`
      create table account_preferences (
        id uuid primary key references accounts,
        preferences text not null,
        version integer not null default 1,
        updated_at timestamptz not null
      )`);
    for (const [table, name] of Object.entries(NAMED))
      for (const sql of createInvalidationTriggers(table, name)) this.addSql(sql);
  }

  override down(): void {
    for (const table of Object.keys(NAMED)) for (const sql of dropInvalidationTriggers(table)) this.addSql(sql);
    this.addSql(`drop table account_preferences, cache_invalidations`);
  }
}
