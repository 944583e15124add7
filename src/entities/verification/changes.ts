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
  /** All recorded changes of transactions before this one (`xid8`) are in the batches that are read from now on. */
  recordedBefore: string;
}

/** A batch of older rows to check. */
export interface ChangedRows {
  ids: string[];
  /** Where the next batch begins; null: this is the last one. */
  next: string | null;
}

/** Where a batch begins: `since` is that of the changes, `after` is `next` of the batch before. */
export interface ChangesAfter {
  since: Date;
  after: string;
}

/** Recorded changes, or rows, per batch. */
const BATCH = 500;

/** What was recorded under the keys $1. */
const LATE = `select key from late_changes where key = any($1::uuid[]) and subject`;

/** What time alone can break: work that is not finished in time. */
const UNFINISHED = `select id from checkouts where state in ('LOCKED', 'PAYMENT_PENDING')
  union all select id from checkouts where busy
  union all select checkout_id from reservations where status = 'held'
  union all select c.id from documents_due d join checkouts c on c.order_id = d.order_id`;

const OF_ERASED = `with erased as (select id from accounts where status = 'erased' and updated_at >= $3)
  select id from checkouts where customer_id in (select id from erased)
  union all select k.id from carts c join checkouts k on k.cart_id = c.id where c.customer_id in (select id from erased)
  union all select checkout_id from orders where customer_id in (select id from erased)`;

const RECORDED = `select id from checkouts where id in (${LATE} in ('checkout', 'cause'))
  union select id from checkouts where order_id in (${LATE} in ('order', 'cause'))
  union select id from checkouts where cart_id in (${LATE} in ('cart'))
  union select checkout_id from payments where id in (${LATE} in ('payment'))
  union select c.id from documents d join checkouts c on c.order_id = d.order_id where d.id in (${LATE} in ('document'))`;

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

/** Begins to read what changed since a check. */
export const changesSince = async (query: Query, provenAt: Date): Promise<Changes> => ({
  since: lookback(provenAt),
  recordedBefore: await readRecordedBefore(query),
});

const KEYS = `select distinct key from late_changes where key > $1 order by key limit ${BATCH}`;
const RECORDED_CHECKOUTS = `select id from (${RECORDED}) as changed (id) where id <= $2 order by id`;

/**
 * Reads the next older checkouts with a recorded change, in the order of the keys of these changes. Ids contain the time, so that
 * most changes of a checkout are in one batch; one at the end of a batch may also be in the next.
 */
export async function readRecordedCheckouts(query: Query, { since, after }: ChangesAfter): Promise<ChangedRows> {
  const keys = (await query<{ key: string }>(KEYS, [after])).map(({ key }) => key);
  const rows = await query<{ id: string }>(RECORDED_CHECKOUTS, [keys, uuidv7Floor(since)]);
  return { ids: rows.map(({ id }) => id), next: nextOf(keys) };
}

const OTHER_CHECKOUTS = `select id from (${UNFINISHED} union (${OF_ERASED})) as changed (id)
  where id > $1 and id <= $2 order by id limit ${BATCH}`;

/** Reads the next older checkouts with unfinished work, or of an account that was erased since. */
export const readOtherCheckouts = (query: Query, { since, after }: ChangesAfter): Promise<ChangedRows> =>
  readIds(query, OTHER_CHECKOUTS, [after, uuidv7Floor(since), since]);

const RECORDED_CARTS = `select distinct key as id from late_changes where subject = 'cart' and key > $1
  order by id limit ${BATCH}`;

/** Reads the next older carts with a recorded change. */
export const readRecordedCarts = (query: Query, { after }: Pick<ChangesAfter, 'after'>): Promise<ChangedRows> =>
  readIds(query, RECORDED_CARTS, [after]);

async function readIds(query: Query, sql: string, params: readonly unknown[]): Promise<ChangedRows> {
  const ids = (await query<{ id: string }>(sql, params)).map(({ id }) => id);
  return { ids, next: nextOf(ids) };
}

const nextOf = (keys: readonly string[]): string | null => (keys.length < BATCH ? null : (keys.at(-1) ?? null));
