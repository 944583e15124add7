import type { Database } from '../../infra/database/database.ts';

/** Rows per statement and round, to keep each round short beside live traffic. The next round continues. */
const BATCH = 1_000;

/** Sessions that were revoked or expired 30 days ago, whichever came first: `least` ignores nulls. */
const ENDED_SESSIONS = `select id from sessions where least(expires_at, revoked_at) < now() - interval '30 days'
      order by least(expires_at, revoked_at) limit ${BATCH}`;

/** Imports that ended 30 days ago, and incomplete uploads after a day. */
const OLD_IMPORTS = `select id from product_imports where finished_at < now() - interval '30 days'
    union all select id from product_imports where status = 'receiving' and created_at < now() - interval '1 day'`;

/** Deletes rows past their retention period, one batch of each kind. */
const DELETE_EXPIRED: readonly string[] = [
  `delete from idempotency_keys where (scope, key) in (
    select scope, key from idempotency_keys where created_at < now() - interval '24 h' limit ${BATCH})`,
  `delete from webhook_inbox where (provider, event_id) in (
    select provider, event_id from webhook_inbox where processed_at < now() - interval '30 days' limit ${BATCH})`,
  `delete from account_tokens where id in (
    select id from account_tokens where expires_at < now() - interval '30 days' limit ${BATCH})`,
  `delete from email_changes where id in (
    select id from email_changes where expires_at < now() limit ${BATCH})`,
  // Workers delete requests at once; the remaining ones belong to failed jobs.
  `delete from password_reset_requests where id in (
    select id from password_reset_requests where created_at < now() - interval '1 day' limit ${BATCH})`,
  // A session can have thousands of refresh tokens: delete the tokens in batches, then the sessions without tokens.
  `delete from refresh_tokens where hash in (
    select hash from refresh_tokens where session_id in (${ENDED_SESSIONS}) limit ${BATCH})`,
  `delete from sessions where id in (${ENDED_SESSIONS})
    and not exists (select 1 from refresh_tokens where session_id = sessions.id)`,
  `delete from import_rows where (import_id, row_number) in (
    select import_id, row_number from import_rows where import_id in (${OLD_IMPORTS}) limit ${BATCH})`,
  `delete from product_imports where id in (${OLD_IMPORTS})
    and not exists (select 1 from import_rows where import_id = product_imports.id)`,
  `delete from webhook_deliveries where id in (
    select id from webhook_deliveries where created_at < now() - interval '30 days' limit ${BATCH})`,
  `delete from discrepancies where id in (
    select id from discrepancies where decided_at < now() - interval '1 year' limit ${BATCH})`,
  `delete from reconciliation_runs where id in (
    select id from reconciliation_runs r where finished_at < now() - interval '90 days'
      and not exists (select 1 from discrepancies where run_id = r.id or last_run_id = r.id) limit ${BATCH})`,
  // Keep the counts of yesterday: a process with a slow clock still reads them.
  `delete from mail_counts where (day, address_index, topic) in (
    select day, address_index, topic from mail_counts where day < (now() at time zone 'UTC')::date - 1 limit ${BATCH})`,
];

/** Retention of a cart after its last change. A cart with a checkout stays. */
const ABANDONED_AFTER = { guest: `interval '30 days'`, customer: `interval '180 days'` };

const ABANDONED_CARTS = `select id from carts where status in ('open', 'merged')
      and updated_at < now() - case when customer_id is null then ${ABANDONED_AFTER.guest} else ${ABANDONED_AFTER.customer} end
      and updated_at < now() - ${ABANDONED_AFTER.guest}
      and not exists (select 1 from checkouts where cart_id = carts.id)
      order by updated_at limit ${BATCH} for update skip locked`;

/** Deletes one batch of each kind of row past its retention period. */
export async function deleteExpiredRows({ query }: Pick<Database, 'query'>): Promise<void> {
  for (const statement of DELETE_EXPIRED) await query(statement);
  // One statement, under the locks of the carts: a concurrent insert of a cart line waits, then finds no cart.
  await query(`with abandoned as (${ABANDONED_CARTS}),
      items as (delete from cart_items where cart_id in (select id from abandoned))
    delete from carts where id in (select id from abandoned)`);
}
