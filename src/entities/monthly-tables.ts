import type { Database } from '../infra/database/database.ts';
import {
  type Month,
  makeLatePartition,
  makePartition,
  missingMonths,
  monthStart,
  monthsWithoutLatePartition,
} from '../infra/database/partitions.ts';
import { uuidv7Floor } from '../infra/ids.ts';
import { errorFields, observe } from '../infra/observability/log.ts';

/** The tables that are cut into months by their UUIDv7 key; parents stand before their children. */
export const MONTHLY_TABLES = [
  'inventory_movements',
  'checkout_history',
  'orders',
  'order_lines',
  'order_history',
  'reviews',
  'review_history',
  'audit_log',
];

/**
 * The tables of which old months can be taken out, children before parents: who did what, step by step. The others are the
 * books themselves, which invoices, returns and sums of movements refer to for years: their months stay attached.
 */
export const ARCHIVABLE_TABLES: readonly string[] = ['order_history', 'checkout_history', 'audit_log'];

/** SQL of the first instant whose rows of a table are not in the archive. Late partitions do not count: they hold only part of a history. */
export const keptSince = (table: string): string =>
  `(select coalesce(to_date(min(right(c.relname, 7)), 'YYYY_MM'), '-infinity') from pg_inherits i
    join pg_class c on c.oid = i.inhrelid where i.inhparent = '${table}'::regclass and c.relname not like '%\\_late\\_%')`;

/** The oldest month of which something that can be archived is not in the archive; null without any. */
export async function oldestKeptMonth({ query }: Pick<Database, 'query'>): Promise<Date | null> {
  const [row] = await query<{ month: string | null }>(
    `select to_char(min(nullif(since, '-infinity')), 'YYYY-MM') as month
      from (values ${ARCHIVABLE_TABLES.map((table) => `(${keptSince(table)})`).join(', ')}) as kept (since)`,
  );
  return row?.month ? new Date(`${row.month}-01T00:00:00Z`) : null;
}

/** How much of a month is not over: its history is still written. */
export async function openIn({ query }: Pick<Database, 'query'>, start: Date): Promise<number> {
  const [row] = await query<{ count: number }>(
    `select (select count(*)::int from checkouts where id >= $1 and id < $2 and state not in ('COMPLETED', 'EXPIRED', 'CANCELLED', 'FAILED'))
      + (select count(*)::int from orders where id >= $1 and id < $2 and state not in ('DELIVERED', 'CANCELLED', 'REFUNDED')) as count`,
    [uuidv7Floor(start), uuidv7Floor(monthStart(start, 1))],
  );
  return row?.count ?? 0;
}

/** Made ahead. Each month costs every new connection time, which reads what it needs to know of all of them. */
const AHEAD = 3;
/** Without a partition for next month at the latest, something is broken: there is a month to mend it. */
const ALARM_AHEAD = 1;

const monthsFrom = (now: Date, first: number, last: number): Date[] =>
  Array.from({ length: last - first + 1 }, (_, index) => monthStart(now, first + index));

/** The months that must be there and are not. */
export const overdueMonths = (db: Pick<Database, 'query'>, now: Date): Promise<Month[]> =>
  missingMonths(db, MONTHLY_TABLES, monthsFrom(now, 0, ALARM_AHEAD));

/**
 * Makes the partitions of the month before `now` and of three months after it, where they are missing. One that cannot be
 * made now is left to the next time; an alarm is raised when it is needed soon.
 */
export async function preparePartitionsFor(db: Database, now: Date): Promise<void> {
  for (const month of await missingMonths(db, MONTHLY_TABLES, monthsFrom(now, -1, AHEAD))) {
    await makePartition(db, month).catch((error) => observe('partition.waits', { ...month, ...errorFields(error) }));
  }
  for (const month of await monthsWithoutLatePartition(db, ARCHIVABLE_TABLES)) {
    await makeLatePartition(db, month).catch((error) =>
      observe('partition.waits', { ...month, ...errorFields(error) }),
    );
  }
  const overdue = await overdueMonths(db, now);
  if (overdue.length > 0) observe('partitions.missing.error', { months: overdue });
}
