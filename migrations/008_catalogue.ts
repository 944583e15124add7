// Locks: ACCESS EXCLUSIVE on products, variants, collections and inventory_movements: columns with constant defaults rewrite
// nothing, but two indexes of variants are built under it, about a second for a million.
import { Migration } from '@mikro-orm/migrations';

export class Migration008Catalogue extends Migration {
  override up(): void {
    this.addSql(`
      alter table variants
        add column weight_grams integer not null default 0 check (weight_grams >= 0),
        add column attributes jsonb not null default '{}',
        add column status text not null default 'active' check (status in ('active', 'archived')),
        add column created_at timestamptz not null default now(),
        add column updated_at timestamptz not null default now()`);
    this.addSql(`alter table inventory_movements add column note text`);
    this.addSql(`
      alter table products
        add column attributes jsonb not null default '{}',
        add column media jsonb not null default '[]'`);
    this.addSql(`
      alter table collections
        add column kind text not null default 'manual' check (kind in ('manual', 'rule')),
        add column rule jsonb,
        add column description text not null default '',
        add column status text not null default 'active' check (status in ('active', 'archived')),
        add column version integer not null default 1,
        add column created_at timestamptz not null default now(),
        add column updated_at timestamptz not null default now(),
        add constraint a_rule_collection_has_a_rule check ((kind = 'rule') = (rule is not null))`);
    this.addSql(`create index variants_by_size on variants (lower(size))`);
    this.addSql(`create index variants_by_color on variants (lower(color))`);
    this.addSql(
      `comment on index variants_by_size is 'storefront list of a size; also tells the planner how common each is'`,
    );
    this.addSql(
      `comment on index variants_by_color is 'storefront list of a colour; also tells the planner how common each is'`,
    );
    // Every search scans the pending list of new words. At the default of 4 MB, as after an import, that takes half a second.
    this.addSql(`alter index products_search set (gin_pending_list_limit = 512)`);
    this.addSql(`alter index products_names_trigram set (gin_pending_list_limit = 512)`);
  }

  override down(): void {
    this.addSql(`alter index products_names_trigram reset (gin_pending_list_limit)`);
    this.addSql(`alter index products_search reset (gin_pending_list_limit)`);
    this.addSql(`drop index variants_by_size, variants_by_color`);
    this.addSql(`
      alter table collections drop column kind, drop column rule, drop column description, drop column status,
        drop column version, drop column created_at, drop column updated_at`);
    this.addSql(`alter table products drop column attributes, drop column media`);
    this.addSql(`alter table inventory_movements drop column note`);
    this.addSql(`
      alter table variants drop column weight_grams, drop column attributes, drop column status, drop column created_at,
        drop column updated_at`);
  }
}
