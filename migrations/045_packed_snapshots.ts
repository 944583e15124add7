// Locks: ACCESS EXCLUSIVE on pricing_snapshots while its rows are read once (a few seconds per million rows).
import { Migration } from '@mikro-orm/migrations';

// The table becomes the partition of this month and of all before it: no row is copied. An empty table needs none.
// `packed` is compressed already, and small: PostgreSQL need not try again.
const PARTITION = `do $$
  declare
    month timestamp := date_trunc('month', now() at time zone 'UTC');
    partition text := 'pricing_snapshots_p' || to_char(month, 'YYYY_MM');
    next_month bigint := extract(epoch from month + interval '1 month') * 1000;
  begin
    alter table pricing_snapshots alter inputs drop not null, add packed bytea;
    execute format('alter table pricing_snapshots rename to %I', partition);
    execute format('alter index pricing_snapshots_pkey rename to %I', partition || '_pkey');
    create table pricing_snapshots (
      checkout_id uuid primary key,
      engine_version integer not null,
      inputs jsonb,
      output jsonb not null,
      created_at timestamptz not null,
      packed bytea
    ) partition by range (checkout_id);
    execute format('alter table pricing_snapshots attach partition %I for values from (minvalue) to (%L)',
      partition, lpad(to_hex(next_month), 12, '0') || repeat('0', 20));
    alter table pricing_snapshots alter packed set storage external;
    if not exists (select from pricing_snapshots) then
      execute format('drop table %I', partition);
    end if;
  end $$`;

export class Migration045PackedSnapshots extends Migration {
  override up(): void {
    this.addSql(PARTITION);
  }

  /** Fails if a price is packed: SQL cannot unpack it, and the release before cannot read it. */
  override down(): void {
    this.addSql(`alter table pricing_snapshots rename to pricing_snapshots_by_month`);
    this.addSql(`alter index pricing_snapshots_pkey rename to pricing_snapshots_by_month_pkey`);
    this.addSql(`
      create table pricing_snapshots (
        checkout_id uuid primary key references checkouts,
        engine_version integer not null,
        inputs jsonb not null,
        output jsonb not null,
        created_at timestamptz not null
      )`);
    this.addSql(`
      insert into pricing_snapshots
        select checkout_id, engine_version, inputs, output, created_at from pricing_snapshots_by_month`);
    this.addSql(`drop table pricing_snapshots_by_month`);
  }
}
