// Locks: SHARE ROW EXCLUSIVE on the tables of purchases, one after the other, for an instant; writes wait at most half a second in a row.
import { Migration } from '@mikro-orm/migrations';
import { patiently } from '../src/infra/database/patient-ddl.ts';

const OF_CHECKOUTS = [
  'checkout_history',
  'checkout_lines',
  'pricing_snapshots',
  'reservations',
  'payments',
  'discount_redemptions',
  'first_orders',
];
const OF_ORDERS = [
  'order_lines',
  'order_history',
  'order_numbers',
  'shipment_lines',
  'refunds',
  'refund_lines',
  'returns',
  'return_lines',
  'documents',
];

interface Recorded {
  table: string;
  /** The column with the UUIDv7 that says how old the owner of the row is. */
  age: string;
  subject: string;
  /** The column with the key of the subject. */
  key: string;
}

const RECORDED: readonly Recorded[] = [
  { table: 'checkouts', age: 'id', subject: 'checkout', key: 'id' },
  { table: 'orders', age: 'id', subject: 'order', key: 'id' },
  ...OF_CHECKOUTS.map((table) => ({ table, age: 'checkout_id', subject: 'checkout', key: 'checkout_id' })),
  ...OF_ORDERS.map((table) => ({ table, age: 'order_id', subject: 'order', key: 'order_id' })),
  ...['payment_operations', 'refunds'].map((table) => ({
    table,
    age: 'payment_id',
    subject: 'payment',
    key: 'payment_id',
  })),
  { table: 'document_files', age: 'id', subject: 'document', key: 'id' },
  { table: 'inventory_movements', age: 'cause_id', subject: 'cause', key: 'cause_id' },
  { table: 'inventory_movements', age: 'id', subject: 'variant', key: 'variant_id' },
];

const isOld = (row: 'new' | 'old', column: string): string =>
  `uuid_extract_timestamp(${row}.${column}) < now() - interval '7 days'`;

/** What bin/verify has proven, and what changed behind it. */
export class Migration044VerificationCheckpoint extends Migration {
  /** One transaction per table, so that purchases wait for one lock only. Each statement may run again. */
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    this.addSql(`
      create table if not exists verification_checkpoint (
        is_only boolean primary key default true check (is_only),
        proven_at timestamptz,
        openings_before uuid
      )`);
    this.addSql(
      `comment on column verification_checkpoint.proven_at is 'the start of the last check that found nothing'`,
    );
    this.addSql(`comment on column verification_checkpoint.openings_before is
      'stock_openings are the sums of the movements with smaller ids; null: there are none'`);
    this.addSql(
      patiently(`create table if not exists stock_openings (
        variant_id uuid primary key references variants,
        on_hand bigint not null,
        reserved bigint not null
      )`),
    );
    // Rows are only inserted and deleted, so purchases do not wait for each other.
    this.addSql(`
      create table if not exists late_changes (
        id bigint generated always as identity primary key,
        subject text not null,
        key uuid not null,
        xid xid8 not null default pg_current_xact_id(),
        changed_at timestamptz not null default now(),
        unique (key, subject, xid)
      )`);
    this.addSql(`create index if not exists late_changes_changed on late_changes (changed_at)`);
    this.addSql(`comment on index late_changes_changed is 'retention: changes that no check has read'`);
    this.addSql(`
      create or replace function record_late_change() returns trigger language plpgsql as $$
        begin
          if exists (select 1 from verification_checkpoint) then
            insert into late_changes (subject, key) select distinct tg_argv[0], (changed ->> tg_argv[1])::uuid
              from (values (to_jsonb(old)), (to_jsonb(new))) as rows (changed) where changed ->> tg_argv[1] is not null
              on conflict do nothing;
          end if;
          return null;
        end $$`);
    for (const recorded of RECORDED) this.record(recorded);
    // Checkouts refer to the carts that matter, so these are not deleted.
    this.addSql(
      patiently(`create or replace trigger carts_late_cart_change after update on carts for each row
        when (${isOld('old', 'id')} and (old.status, old.customer_id) is distinct from (new.status, new.customer_id))
        execute function record_late_change('cart', 'id')`),
    );
  }

  /** Young rows cost the evaluation of the condition only. */
  private record({ table, age, subject, key }: Recorded): void {
    const call = `execute function record_late_change('${subject}', '${key}')`;
    this.addSql(
      patiently(`create or replace trigger ${table}_late_${subject}_insert after insert on ${table}
          for each row when (${isOld('new', age)}) ${call};
        create or replace trigger ${table}_late_${subject}_change after update or delete on ${table}
          for each row when (${isOld('old', age)}) ${call}`),
    );
  }

  override down(): void {
    this.addSql(`drop function if exists record_late_change cascade`);
    this.addSql(`drop table if exists late_changes, stock_openings, verification_checkpoint`);
  }
}
