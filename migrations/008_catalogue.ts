// Locks: ACCESS EXCLUSIVE on products, variants, collections and inventory_movements for an instant: columns with constant defaults rewrite nothing.
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
  }

  override down(): void {
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
