// Locks: creates only; takes no lock on a table that exists.
import { Migration } from '@mikro-orm/migrations';

export class Migration006Delivery extends Migration {
  override up(): void {
    // Rows live for milliseconds and the table is nearly empty, so vacuum must start long before 20 % of it has changed.
    this.addSql(`
      create table outbox (
        id uuid primary key,
        queue text not null,
        name text not null,
        payload jsonb not null,
        trace jsonb not null,
        deliveries integer not null default 0,
        due_at timestamptz not null,
        created_at timestamptz not null
      ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)`);
    this.addSql(`create index outbox_due on outbox (due_at)`);
    this.addSql(`comment on index outbox_due is 'relay: rows that no worker has finished in time'`);
    this.addSql(`
      create table idempotency_keys (
        scope text not null,
        key text not null,
        request_hash text not null,
        status integer not null,
        headers jsonb not null,
        body jsonb not null,
        created_at timestamptz not null,
        primary key (scope, key)
      )`);
    this.addSql(`create index idempotency_keys_age on idempotency_keys (created_at)`);
    this.addSql(`comment on index idempotency_keys_age is 'sweeper: keys older than 24 hours'`);
  }

  override down(): void {
    this.addSql(`drop table idempotency_keys, outbox`);
  }
}
