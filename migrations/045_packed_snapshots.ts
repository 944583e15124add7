// Locks: ACCESS EXCLUSIVE on pricing_snapshots for two instants; its rows are read once beside purchases. Writes wait at most half a second in a row.
import { Migration } from '@mikro-orm/migrations';
import { patiently } from '../src/infra/database/patient-ddl.ts';

const IS_PLAIN = `(select relkind = 'r' from pg_class where oid = 'pricing_snapshots'::regclass)`;
const MONTH = `date_trunc('month', now() at time zone 'UTC')`;
const END = `(lpad(to_hex((extract(epoch from ${MONTH} + interval '1 month') * 1000)::bigint), 12, '0') || repeat('0', 20))`;

/** The proof that lets the partition be attached without a scan. It is dropped after that. */
const CHECK = patiently(`
  if ${IS_PLAIN} then
    alter table pricing_snapshots drop constraint if exists pricing_snapshots_end;
    execute format('alter table pricing_snapshots add constraint pricing_snapshots_end check (checkout_id < %L) not valid',
      ${END}::uuid);
  end if`);
const VALIDATE = `do $$ begin
  if ${IS_PLAIN} then alter table pricing_snapshots validate constraint pricing_snapshots_end; end if;
end $$`;

const TRIGGERS = ['insert', 'change'].map((kind) => `pricing_snapshots_late_checkout_${kind}`);
const DROP_TRIGGERS = TRIGGERS.map((name) => `drop trigger if exists ${name} on pricing_snapshots`).join('; ');
/** The triggers of migration 044. */
const CREATE_TRIGGERS = [
  { name: TRIGGERS[0], events: 'insert', row: 'new' },
  { name: TRIGGERS[1], events: 'update or delete', row: 'old' },
]
  .map(
    ({ name, events, row }) => `create trigger ${name} after ${events} on pricing_snapshots for each row
      when (uuid_extract_timestamp(${row}.checkout_id) < now() - interval '7 days')
      execute function record_late_change('checkout', 'checkout_id')`,
  )
  .join('; ');

// The table becomes the partition of this month and of all before it: no row is copied. An empty table needs none.
// `packed` is compressed already, and small: PostgreSQL need not try again.
const PARTITION = patiently(`
  declare
    partition text := 'pricing_snapshots_p' || to_char(${MONTH}, 'YYYY_MM');
  begin
    if not ${IS_PLAIN} then return; end if;
    ${DROP_TRIGGERS};
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
      partition, ${END});
    execute format('alter table %I drop constraint pricing_snapshots_end', partition);
    alter table pricing_snapshots alter packed set storage external;
    if not exists (select from pricing_snapshots) then
      execute format('drop table %I', partition);
    end if;
    ${CREATE_TRIGGERS};
  end`);

export class Migration045PackedSnapshots extends Migration {
  /** Each statement is a transaction, and does nothing when it ran before. */
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    for (const statement of [CHECK, VALIDATE, PARTITION]) this.addSql(statement);
  }

  /** Fails if a price is packed: SQL cannot unpack it, and the release before cannot read it. */
  override down(): void {
    this.addSql(`do $$ begin
      alter table pricing_snapshots rename to pricing_snapshots_by_month;
      alter index pricing_snapshots_pkey rename to pricing_snapshots_by_month_pkey;
      create table pricing_snapshots (
        checkout_id uuid primary key references checkouts,
        engine_version integer not null,
        inputs jsonb not null,
        output jsonb not null,
        created_at timestamptz not null
      );
      insert into pricing_snapshots
        select checkout_id, engine_version, inputs, output, created_at from pricing_snapshots_by_month;
      drop table pricing_snapshots_by_month;
      ${CREATE_TRIGGERS};
    end $$`);
  }
}
