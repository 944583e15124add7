// Locks: creates only; takes no lock on a table that exists.
import { Migration } from '@mikro-orm/migrations';

export class Migration010Imports extends Migration {
  override up(): void {
    this.addSql(`
      create table product_imports (
        id uuid primary key,
        status text not null check (status in ('receiving', 'waiting', 'running', 'done', 'cancelled')),
        columns text[] not null,
        rows integer not null default 0,
        last_row integer not null default 0,
        created integer not null default 0,
        updated integer not null default 0,
        unchanged integer not null default 0,
        failed integer not null default 0,
        actor_kind text not null,
        actor_id uuid,
        version integer not null default 1,
        created_at timestamptz not null,
        finished_at timestamptz,
        constraint no_row_is_lost check (status <> 'done' or created + updated + unchanged + failed = rows),
        constraint what_is_over_has_an_end check ((finished_at is not null) = (status in ('done', 'cancelled')))
      )`);
    this.addSql(`create unique index product_imports_one_running on product_imports (status) where status = 'running'`);
    this.addSql(
      `comment on index product_imports_one_running is 'imports: which one is running; there is never a second'`,
    );
    this.addSql(`create index product_imports_waiting on product_imports (id) where status = 'waiting'`);
    this.addSql(`comment on index product_imports_waiting is 'imports: the next one, when another is over'`);
    this.addSql(`
      create table import_rows (
        import_id uuid not null references product_imports,
        row_number integer not null,
        fields jsonb not null,
        outcome text check (outcome in ('created', 'updated', 'unchanged', 'failed')),
        problems jsonb,
        primary key (import_id, row_number),
        constraint what_failed_says_why check ((outcome is not distinct from 'failed') = (problems is not null))
      )`);
  }

  override down(): void {
    this.addSql(`drop table import_rows, product_imports`);
  }
}
