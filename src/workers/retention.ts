import type { Database } from '../infra/database.ts';

/** Rows per statement and round: a round stays short beside live traffic, the next one goes on. */
const BATCH = 1_000;

/** A session is over when it is revoked or has run out, whichever comes first: least ignores nulls. */
const OVER_SESSIONS = `select id from sessions where least(expires_at, revoked_at) < now() - interval '30 days'
      order by least(expires_at, revoked_at) limit ${BATCH}`;

/** What is of no use any more, one batch of each kind. */
const USELESS: readonly string[] = [
  `delete from idempotency_keys where (scope, key) in (
    select scope, key from idempotency_keys where created_at < now() - interval '24 h' limit ${BATCH})`,
  `delete from webhook_inbox where (provider, event_id) in (
    select provider, event_id from webhook_inbox where processed_at < now() - interval '30 days' limit ${BATCH})`,
  `delete from account_tokens where id in (
    select id from account_tokens where expires_at < now() - interval '30 days' limit ${BATCH})`,
  // A session can have thousands of these: they go first, in batches of their own, and then the sessions that have none.
  `delete from refresh_tokens where hash in (
    select hash from refresh_tokens where session_id in (${OVER_SESSIONS}) limit ${BATCH})`,
  `delete from sessions where id in (${OVER_SESSIONS})
    and not exists (select 1 from refresh_tokens where session_id = sessions.id)`,
];

/** Deletes one batch of each kind of rows that were kept for long enough. */
export async function removeUseless({ query }: Pick<Database, 'query'>): Promise<void> {
  for (const statement of USELESS) await query(statement);
}
