import type { Query } from '../../infra/database/query.ts';
import { uuidv7Floor } from '../../infra/ids.ts';

const DAY_MS = 86_400_000;
/**
 * Every check reads what began so many milliseconds before the last one. The triggers of migration 044 record changes of rows
 * that are older than seven days: a day less, for clocks and long transactions.
 */
const LOOKBACK_MS = 8 * DAY_MS;

/** What may have changed since the last check. */
export interface Changes {
  /** All that began since then counts as changed. */
  since: Date;
  /** Older checkouts with a recorded change, with unfinished work, or of an account that was erased since. */
  checkouts: string[];
  /** Older carts with a recorded change. */
  carts: string[];
  /** These lists contain all recorded changes of transactions before this one (`xid8`). */
  recordedBefore: string;
}

const LATE = `select key from late_changes where subject`;

/** What time alone can break: work that is not finished in time. */
const UNFINISHED = `select id from checkouts where state in ('LOCKED', 'PAYMENT_PENDING')
  union all select id from checkouts where busy
  union all select checkout_id from reservations where status = 'held'
  union all select c.id from documents_due d join checkouts c on c.order_id = d.order_id`;

const OF_ERASED = `with erased as (select id from accounts where status = 'erased' and updated_at >= $1)
  select id from checkouts where customer_id in (select id from erased)
  union all select k.id from carts c join checkouts k on k.cart_id = c.id where c.customer_id in (select id from erased)
  union all select checkout_id from orders where customer_id in (select id from erased)`;

const CHANGED = `select id from checkouts where id in (${LATE} in ('checkout', 'cause'))
  union select id from checkouts where order_id in (${LATE} in ('order', 'cause'))
  union select id from checkouts where cart_id in (${LATE} in ('cart'))
  union select checkout_id from payments where id in (${LATE} in ('payment'))
  union select c.id from documents d join checkouts c on c.order_id = d.order_id where d.id in (${LATE} in ('document'))
  union (${UNFINISHED}) union (${OF_ERASED})`;

/** The start of what a check after one at `provenAt` reads in any case. */
export const lookback = (provenAt: Date): Date => new Date(provenAt.getTime() - LOOKBACK_MS);

/**
 * The transaction (`xid8`) before which all have ended: the snapshot of `query` contains their recorded changes. Not the whole
 * snapshot: on a standby `pg_current_snapshot` lacks the transactions that are in progress.
 */
export async function readRecordedBefore(query: Query): Promise<string> {
  const [row] = await query<{ xmin: string }>(`select pg_snapshot_xmin(pg_current_snapshot())::text as xmin`, []);
  return row?.xmin ?? '0';
}

const CHECKOUTS = `select id from (${CHANGED}) as changed (id) where id <= $2 order by id`;

/** Reads what changed, on one snapshot. */
export async function readChanges(query: Query, provenAt: Date): Promise<Changes> {
  const since = lookback(provenAt);
  const checkouts = await query<{ id: string }>(CHECKOUTS, [since, uuidv7Floor(since)]);
  const carts = await query<{ id: string }>(`select distinct key as id from late_changes where subject = 'cart'`, []);
  return {
    since,
    checkouts: checkouts.map(({ id }) => id),
    carts: carts.map(({ id }) => id),
    recordedBefore: await readRecordedBefore(query),
  };
}
