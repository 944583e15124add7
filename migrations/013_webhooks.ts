// Locks: creates only.
import { Migration } from '@mikro-orm/migrations';

export class Migration013Webhooks extends Migration {
  override up(): void {
    this.addSql(`
      create table webhook_subscriptions (
        id uuid primary key,
        url text not null,
        events text[] not null check (cardinality(events) > 0),
        secret text not null,
        previous_secret text,
        previous_until timestamptz,
        state text not null check (state in ('active', 'disabled')),
        disabled_because text check (disabled_because in ('by hand', 'failing')),
        failing_since timestamptz,
        created_by uuid not null references accounts,
        version integer not null default 1,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        constraint disabled_for_a_reason check ((state = 'disabled') = (disabled_because is not null))
      )`);
    this.addSql(`
      create table webhook_deliveries (
        id uuid primary key,
        subscription_id uuid not null references webhook_subscriptions on delete cascade,
        event_id uuid not null,
        type text not null,
        data jsonb not null,
        state text not null check (state in ('pending', 'delivered', 'failed')),
        tries integer not null default 0 check (tries >= 0),
        due_at timestamptz not null,
        created_at timestamptz not null,
        decided_at timestamptz,
        unique (subscription_id, event_id),
        constraint decided_deliveries_say_when check ((state = 'pending') = (decided_at is null))
      ) with (fillfactor = 70)`);
    this.addSql(`create index webhook_deliveries_due on webhook_deliveries (due_at) where state = 'pending'`);
    this.addSql(`comment on index webhook_deliveries_due is 'deliveries that wait to be sent, the longest due first'`);
    this.addSql(`create index webhook_deliveries_subscription on webhook_deliveries (subscription_id, id)`);
    this.addSql(`comment on index webhook_deliveries_subscription is 'deliveries of a subscription, newest first'`);
    this.addSql(`create index webhook_deliveries_old on webhook_deliveries (created_at)`);
    this.addSql(`comment on index webhook_deliveries_old is 'retention: deliveries older than a month'`);
    this.addSql(`
      create table webhook_attempts (
        delivery_id uuid not null references webhook_deliveries on delete cascade,
        attempt integer not null check (attempt > 0),
        at timestamptz not null,
        duration_ms integer not null check (duration_ms >= 0),
        status integer,
        error text,
        primary key (delivery_id, attempt)
      )`);
  }

  override down(): void {
    this.addSql(`drop table webhook_attempts, webhook_deliveries, webhook_subscriptions`);
  }
}
