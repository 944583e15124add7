// Locks: ACCESS EXCLUSIVE on carts, checkouts and orders for an instant; checkouts is rewritten once, as its addresses become text.
import { Migration } from '@mikro-orm/migrations';

export class Migration007People extends Migration {
  override up(): void {
    this.addSql(`
      create table roles (
        id uuid primary key,
        name text not null unique,
        permissions text[] not null,
        requires_mfa boolean not null,
        is_builtin boolean not null,
        version integer not null default 1,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`);
    this.addSql(`
      create table accounts (
        id uuid primary key,
        kind text not null check (kind in ('customer', 'staff')),
        status text not null check (status in ('active', 'blocked', 'erased')),
        email text,
        email_index text,
        name text,
        phone text,
        password_hash text,
        email_verified_at timestamptz,
        role_id uuid references roles,
        is_development boolean not null default false,
        totp_secret text,
        totp_confirmed_at timestamptz,
        totp_last_step bigint not null default 0,
        version integer not null default 1,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        constraint accounts_email unique (kind, email_index),
        constraint staff_have_a_role check ((kind = 'staff') = (role_id is not null)),
        constraint erased_means_nothing_left check (status <> 'erased' or
          (email is null and email_index is null and name is null and phone is null and password_hash is null and totp_secret is null)),
        constraint living_have_an_email check (status = 'erased' or (email is not null and email_index is not null and name is not null))
      )`);
    this.addSql(`create index accounts_role on accounts (role_id) where role_id is not null`);
    this.addSql(`comment on index accounts_role is 'staff of a role; whether a role may be deleted'`);
    this.addSql(`create index accounts_page on accounts (kind, id)`);
    this.addSql(`comment on index accounts_page is 'admin lists of staff and customers, page by page'`);
    this.addSql(`
      create table sessions (
        id uuid primary key,
        account_id uuid not null references accounts,
        client text not null,
        created_at timestamptz not null,
        last_used_at timestamptz not null,
        expires_at timestamptz not null,
        mfa_at timestamptz,
        revoked_at timestamptz,
        revoked_because text,
        constraint revoked_has_a_reason check ((revoked_at is null) = (revoked_because is null))
      ) with (fillfactor = 80)`);
    this.addSql(`create index sessions_account on sessions (account_id) where revoked_at is null`);
    this.addSql(`comment on index sessions_account is 'live sessions of an account: list, log out everywhere'`);
    this.addSql(`create index sessions_over on sessions (least(expires_at, revoked_at))`);
    this.addSql(`comment on index sessions_over is 'sweeper: sessions that are long over'`);
    this.addSql(`
      create table refresh_tokens (
        hash text primary key,
        session_id uuid not null references sessions on delete cascade,
        created_at timestamptz not null,
        used_at timestamptz
      )`);
    this.addSql(`create unique index refresh_tokens_unused on refresh_tokens (session_id) where used_at is null`);
    this.addSql(`comment on index refresh_tokens_unused is 'a session has at most one refresh token that works'`);
    this.addSql(`create index refresh_tokens_session on refresh_tokens (session_id)`);
    this.addSql(`comment on index refresh_tokens_session is 'removing a session with its tokens'`);
    this.addSql(`
      create table account_tokens (
        id uuid primary key,
        account_id uuid not null references accounts,
        purpose text not null check (purpose in ('verify-email', 'reset-password', 'invitation')),
        created_at timestamptz not null,
        expires_at timestamptz not null,
        used_at timestamptz
      )`);
    this.addSql(`create index account_tokens_account on account_tokens (account_id, purpose)`);
    this.addSql(`comment on index account_tokens_account is 'tokens that a newer one or a changed password voids'`);
    this.addSql(`create index account_tokens_expiry on account_tokens (expires_at)`);
    this.addSql(`comment on index account_tokens_expiry is 'sweeper: tokens that are long over'`);
    this.addSql(`
      create table recovery_codes (
        account_id uuid not null references accounts,
        hash text not null,
        used_at timestamptz,
        primary key (account_id, hash)
      )`);
    this.addSql(`
      create table addresses (
        id uuid primary key,
        account_id uuid not null references accounts,
        address text not null,
        is_default boolean not null,
        version integer not null default 1,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`);
    this.addSql(`create index addresses_account on addresses (account_id)`);
    this.addSql(`comment on index addresses_account is 'addresses of an account'`);
    this.addSql(`create unique index addresses_default on addresses (account_id) where is_default`);
    this.addSql(`comment on index addresses_default is 'an account has at most one default address'`);
    this.addSql(`
      create table customer_groups (
        id uuid primary key,
        name text not null,
        version integer not null default 1,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`);
    this.addSql(`create unique index customer_groups_name on customer_groups (lower(name))`);
    this.addSql(`comment on index customer_groups_name is 'group names differ in more than their case'`);
    this.addSql(`
      create table customer_group_members (
        account_id uuid not null references accounts,
        group_id uuid not null references customer_groups,
        added_at timestamptz not null,
        primary key (account_id, group_id)
      )`);
    this.addSql(`create index customer_group_members_group on customer_group_members (group_id, account_id)`);
    this.addSql(`comment on index customer_group_members_group is 'members of a group, page by page'`);
    this.addSql(`
      create table api_keys (
        id uuid primary key,
        name text not null,
        hash text not null unique,
        previous_hash text unique,
        previous_until timestamptz,
        permissions text[] not null,
        created_by uuid not null references accounts,
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz,
        version integer not null default 1,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        constraint previous_hash_has_an_end check ((previous_hash is null) = (previous_until is null))
      )`);
    this.addSql(`create index api_keys_maker on api_keys (created_by)`);
    this.addSql(`comment on index api_keys_maker is 'keys of a staff member'`);
    this.auditLog();
    this.owners();
  }

  private auditLog(): void {
    this.addSql(`
      create table audit_log (
        id uuid primary key,
        actor_kind text not null check (actor_kind in ('staff', 'key', 'customer', 'system')),
        actor_id uuid,
        action text not null,
        target_type text not null,
        target_id text not null,
        before jsonb,
        after jsonb,
        request_id text not null,
        at timestamptz not null
      ) partition by range (id)`);
    this.addSql(`create index audit_log_target on audit_log (target_type, target_id, id)`);
    this.addSql(`comment on index audit_log_target is 'what happened to one thing'`);
    this.addSql(`create index audit_log_actor on audit_log (actor_id, id)`);
    this.addSql(`comment on index audit_log_actor is 'what one person or key did'`);
    this.addSql(`
      create function audit_log_is_append_only() returns trigger language plpgsql as $$
        begin raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege'; end $$`);
    this.addSql(`
      create trigger audit_log_append_only before update or delete on audit_log
        for each row execute function audit_log_is_append_only()`);
    this.addSql(`
      create trigger audit_log_no_truncate before truncate on audit_log
        for each statement execute function audit_log_is_append_only()`);
  }

  private owners(): void {
    for (const table of ['carts', 'orders']) {
      this.addSql(`alter table ${table} drop constraint ${table}_customer_id_fkey`);
      this.addSql(
        `alter table ${table} add constraint ${table}_customer_id_fkey foreign key (customer_id) references accounts`,
      );
    }
    this.addSql(`drop table customers`);
    this.addSql(`alter table carts drop constraint carts_status_check`);
    this.addSql(
      `alter table carts add constraint carts_status_check check (status in ('open', 'checkout', 'ordered', 'merged'))`,
    );
    this.addSql(`create index carts_customer on carts (customer_id, id) where customer_id is not null`);
    this.addSql(`comment on index carts_customer is 'carts of a customer: the one being filled, export, erasure'`);
    this.addSql(`
      alter table checkouts
        add column customer_id uuid references accounts,
        add column place_of_supply text,
        alter column shipping_address type text using shipping_address::text,
        alter column billing_address type text using billing_address::text,
        alter column email drop not null,
        alter column shipping_address drop not null`);
    this.addSql(`update checkouts set place_of_supply = shipping_address::jsonb->>'state'`);
    this.addSql(`alter table checkouts alter column place_of_supply set not null`);
    this.addSql(`create index checkouts_customer on checkouts (customer_id, id) where customer_id is not null`);
    this.addSql(`comment on index checkouts_customer is 'checkouts of a customer: export, erasure'`);
  }

  override down(): void {
    this.addSql(`drop index checkouts_customer`);
    this.addSql(`
      alter table checkouts drop column customer_id, drop column place_of_supply,
        alter column shipping_address type jsonb using coalesce(shipping_address, 'null')::jsonb,
        alter column billing_address type jsonb using billing_address::jsonb`);
    this.addSql(`update checkouts set email = '' where email is null`);
    this.addSql(`alter table checkouts alter column email set not null, alter column shipping_address set not null`);
    this.addSql(`drop index carts_customer`);
    for (const table of ['carts', 'orders'])
      this.addSql(`alter table ${table} drop constraint ${table}_customer_id_fkey`);
    this.addSql(`alter table carts drop constraint carts_status_check`);
    this.addSql(
      `alter table carts add constraint carts_status_check check (status in ('open', 'checkout', 'ordered'))`,
    );
    this.addSql(`
      create table customers (id uuid primary key, email text not null, name text not null, phone text, created_at timestamptz not null)`);
    this.addSql(`create unique index customers_email on customers (lower(email))`);
    this.addSql(`comment on index customers_email is 'one customer per e-mail address'`);
    for (const table of ['carts', 'orders']) {
      this.addSql(
        `alter table ${table} add constraint ${table}_customer_id_fkey foreign key (customer_id) references customers`,
      );
    }
    this.addSql(`drop table audit_log, api_keys, customer_group_members, customer_groups, addresses, recovery_codes,
      account_tokens, refresh_tokens, sessions, accounts, roles`);
    this.addSql(`drop function audit_log_is_append_only`);
  }
}
