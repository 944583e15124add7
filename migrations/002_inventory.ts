// Locks: creates only; SHARE ROW EXCLUSIVE on variants for the foreign keys, for an instant.
import { Migration } from '@mikro-orm/migrations';

export class Migration002Inventory extends Migration {
  override up(): void {
    // Free space in each page allows heap-only updates (HOT) of the most frequently updated rows.
    this.addSql(`
      create table stock_levels (
        variant_id uuid primary key references variants,
        on_hand integer not null,
        reserved integer not null default 0,
        backorder_limit integer not null default 0 check (backorder_limit >= 0),
        constraint reserved_is_not_negative check (reserved >= 0),
        constraint reserved_is_covered check (reserved <= on_hand + backorder_limit),
        constraint on_hand_is_within_backorder check (on_hand >= -backorder_limit)
      ) with (fillfactor = 50)`);
    this.addSql(`
      create table inventory_movements (
        id uuid not null,
        variant_id uuid not null references variants,
        kind text not null,
        on_hand_delta integer not null,
        reserved_delta integer not null,
        cause text not null,
        cause_id uuid,
        request_id text,
        at timestamptz not null,
        primary key (id),
        constraint movement_matches_its_kind check (case kind
          when 'receive' then on_hand_delta > 0 and reserved_delta = 0
          when 'adjust' then on_hand_delta <> 0 and reserved_delta = 0
          when 'reserve' then on_hand_delta = 0 and reserved_delta > 0
          when 'release' then on_hand_delta = 0 and reserved_delta < 0
          when 'consume' then on_hand_delta < 0 and reserved_delta = on_hand_delta
          when 'restock' then on_hand_delta > 0 and reserved_delta = 0
          else false end)
      ) partition by range (id)`);
    this.addSql(`create index inventory_movements_variant on inventory_movements (variant_id, id)`);
    this.addSql(`comment on index inventory_movements_variant is 'ledger of a variant, and its sums in bin/verify'`);
  }

  override down(): void {
    this.addSql(`drop table inventory_movements, stock_levels`);
  }
}
