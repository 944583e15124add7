/** Which rows of a table end by time, and when. */
export interface RetentionRule {
  table: string;
  /** The columns of the primary key; the default is `id`. */
  key?: string;
  /** SQL: the instant from which the period counts; null rows stay. An index has it. */
  since: string;
  /** A Postgres interval. */
  period: string;
  /** SQL of a further condition. */
  where?: string;
  /** SQL of the current time, where `since` is no `timestamptz`. */
  clock?: string;
  /** Rows that go first, in batches of their own, because there may be thousands for each row. */
  parts?: { table: string; key: string; column: string };
  lines?: Lines;
}

/** Rows that go in the same statement, under the locks of their owners: a concurrent insert waits, then finds none. */
export interface Lines {
  table: string;
  column: string;
  /** An owner to which such rows refer stays. It is looked at again when the period has passed since its `kept_at`. */
  keptBy: { table: string; column: string };
}

const IMPORT_ROWS = { table: 'import_rows', key: 'import_id, row_number', column: 'import_id' };

const INACTIVE_CART = {
  table: 'carts',
  since: 'greatest(updated_at, kept_at)',
  lines: { table: 'cart_items', column: 'cart_id', keptBy: { table: 'checkouts', column: 'cart_id' } },
};
const IS_INACTIVE = `status in ('open', 'merged')`;

/** Every table whose rows end by time alone. Checkouts end by more than time: ended-checkouts.ts. */
export const RETENTION_RULES: readonly RetentionRule[] = [
  { table: 'idempotency_keys', key: 'scope, key', since: 'created_at', period: '24 h' },
  { table: 'webhook_inbox', key: 'provider, event_id', since: 'processed_at', period: '30 days' },
  { table: 'account_tokens', since: 'expires_at', period: '30 days' },
  { table: 'email_changes', since: 'expires_at', period: '0 days' },
  // Workers delete requests at once; the remaining ones belong to failed jobs.
  { table: 'password_reset_requests', since: 'created_at', period: '1 day' },
  {
    table: 'sessions',
    // Expired or revoked, whichever came first: `least` ignores nulls.
    since: 'least(expires_at, revoked_at)',
    period: '30 days',
    parts: { table: 'refresh_tokens', key: 'hash', column: 'session_id' },
  },
  { table: 'product_imports', since: 'finished_at', period: '30 days', parts: IMPORT_ROWS },
  // Incomplete uploads.
  { table: 'product_imports', since: 'created_at', period: '1 day', where: `status = 'receiving'`, parts: IMPORT_ROWS },
  { table: 'webhook_deliveries', since: 'created_at', period: '30 days' },
  // A check that begins within 30 days of the last one reads them. Opening balances need those of variants, however old.
  { table: 'late_changes', since: 'changed_at', period: '31 days', where: `subject <> 'variant'` },
  { table: 'discrepancies', since: 'decided_at', period: '1 year' },
  {
    table: 'reconciliation_runs',
    since: 'finished_at',
    period: '90 days',
    where: `not exists (select 1 from discrepancies where run_id = reconciliation_runs.id or last_run_id = reconciliation_runs.id)`,
  },
  {
    table: 'mail_counts',
    key: 'day, address_index, topic',
    since: 'day',
    // Keep the counts of yesterday: a process with a slow clock still reads them.
    period: '2 days',
    clock: `(now() at time zone 'UTC')`,
  },
  { ...INACTIVE_CART, period: '30 days', where: `customer_id is null and ${IS_INACTIVE}` },
  { ...INACTIVE_CART, period: '180 days', where: `customer_id is not null and ${IS_INACTIVE}` },
];
