// Locks: creates only; SHARE ROW EXCLUSIVE on checkouts for the foreign keys, for an instant.
import { Migration } from '@mikro-orm/migrations';

export class Migration004Payments extends Migration {
  override up(): void {
    this.addSql(`
      create table payments (
        id uuid primary key,
        checkout_id uuid not null unique references checkouts,
        provider text not null,
        intent_id text unique,
        status text not null check (status in
          ('opening', 'requires_method', 'requires_action', 'processing', 'succeeded', 'canceled')),
        currency char(3) not null,
        amount bigint not null check (amount > 0),
        captured bigint not null default 0,
        refunded bigint not null default 0,
        client_secret text,
        decline_code text,
        version integer not null default 1,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        constraint captured_is_within_amount check (captured between 0 and amount),
        constraint refunded_is_within_captured check (refunded between 0 and captured),
        constraint succeeded_has_captured check (status <> 'succeeded' or captured > 0)
      ) with (fillfactor = 70)`);
    this.addSql(`create index payments_unsettled on payments (updated_at)
      where status in ('opening', 'requires_method', 'requires_action', 'processing')`);
    this.addSql(`comment on index payments_unsettled is 'sweeper: payments whose end we have not heard of'`);
    this.addSql(`
      create table payment_attempts (
        checkout_id uuid not null references checkouts,
        attempt integer not null check (attempt > 0),
        method text not null,
        status text not null check (status in
          ('pending', 'requires_action', 'processing', 'succeeded', 'declined', 'abandoned')),
        decline_code text,
        created_at timestamptz not null,
        primary key (checkout_id, attempt)
      ) with (fillfactor = 80)`);
    this.addSql(`
      create table payment_operations (
        id uuid primary key,
        payment_id uuid not null references payments,
        kind text not null check (kind in ('open', 'confirm', 'cancel', 'refund')),
        attempt integer check (attempt > 0),
        amount bigint check (amount > 0),
        idempotency_key text not null unique,
        key_round integer not null check (key_round > 0),
        fence integer not null,
        status text not null check (status in ('pending', 'unknown', 'done', 'refused')),
        reference text,
        error text,
        created_at timestamptz not null,
        finished_at timestamptz,
        constraint a_refund_has_an_amount check (kind <> 'refund' or amount is not null),
        constraint finished_when_decided check ((status in ('done', 'refused')) = (finished_at is not null))
      ) with (fillfactor = 80)`);
    this.addSql(`create index payment_operations_payment on payment_operations (payment_id)`);
    this.addSql(`create index payment_operations_open on payment_operations (created_at)
      where status in ('pending', 'unknown')`);
    this.addSql(`comment on index payment_operations_payment is 'operations of a payment'`);
    this.addSql(`comment on index payment_operations_open is 'sweeper: operations without a decided result'`);
    this.addSql(`
      create table webhook_inbox (
        provider text not null,
        event_id text not null,
        type text not null,
        intent_id text,
        checkout_id uuid,
        status text,
        amount_received bigint,
        refund_id text,
        created_at timestamptz not null,
        received_at timestamptz not null,
        due_at timestamptz not null,
        processed_at timestamptz,
        outcome text,
        primary key (provider, event_id),
        constraint processed_has_outcome check ((processed_at is null) = (outcome is null))
      ) with (fillfactor = 80)`);
    this.addSql(`create index webhook_inbox_waiting on webhook_inbox (due_at) where processed_at is null`);
    this.addSql(`comment on index webhook_inbox_waiting is 'events that wait to be worked on, the longest due first'`);
  }

  override down(): void {
    this.addSql(`drop table webhook_inbox, payment_operations, payment_attempts, payments`);
  }
}
