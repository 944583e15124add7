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
import { TERMINAL_STATES_SQL } from './checkout/terminal-states.ts';

/** The tables that are partitioned by month of their UUIDv7 key, parents before children. */
export const MONTHLY_TABLES = [
  'inventory_movements',
  'checkout_history',
  'pricing_snapshots',
  'orders',
  'order_lines',
  'order_history',
  'reviews',
  'review_history',
  'audit_log',
];

/**
 * The tables whose old months can be archived, children before parents: histories and the audit log. Months of the other
 * tables stay attached, because invoices, returns and sums of movements refer to them for years.
 */
export const ARCHIVABLE_TABLES: readonly string[] = ['order_history', 'checkout_history', 'audit_log'];

/**
 * SQL for the start of the oldest month of a table that is not archived. Late partitions do not count: they contain only
 * part of a history.
 */
export const keptSince = (table: string): string =>
  `(select coalesce(to_date(min(right(c.relname, 7)), 'YYYY_MM'), '-infinity') from pg_inherits i
    join pg_class c on c.oid = i.inhrelid where i.inhparent = '${table}'::regclass and c.relname not like '%\\_late\\_%')`;

/** Finds the oldest month with a table that can be archived and is not. @returns null if there is none */
export async function oldestKeptMonth({ query }: Pick<Database, 'query'>): Promise<Date | null> {
  const [row] = await query<{ month: string | null }>(
    `select to_char(min(nullif(since, '-infinity')), 'YYYY-MM') as month
      from (values ${ARCHIVABLE_TABLES.map((table) => `(${keptSince(table)})`).join(', ')}) as kept (since)`,
  );
  return row?.month ? new Date(`${row.month}-01T00:00:00Z`) : null;
}

/** Counts the unfinished checkouts and orders of a month, whose histories still grow. */
export async function countUnfinished({ query }: Pick<Database, 'query'>, start: Date): Promise<number> {
  const [row] = await query<{ count: number }>(
    `select (select count(*)::int from checkouts where id >= $1 and id < $2 and state not in ('COMPLETED', ${TERMINAL_STATES_SQL}))
      + (select count(*)::int from orders where id >= $1 and id < $2 and state not in ('DELIVERED', 'CANCELLED', 'REFUNDED')) as count`,
    [uuidv7Floor(start), uuidv7Floor(monthStart(start, 1))],
  );
  return row?.count ?? 0;
}

/**
 * Months to create ahead. Each partition costs time in every new connection, which loads the metadata of all of them.
 */
const MONTHS_AHEAD = 3;
/** Months ahead for which a missing partition raises an alarm: this leaves a month for the repair. */
const ALARM_MONTHS_AHEAD = 1;

const monthsFrom = (now: Date, first: number, last: number): Date[] =>
  Array.from({ length: last - first + 1 }, (_, index) => monthStart(now, first + index));

/** Finds missing partitions of this month and the next. */
export const overdueMonths = (db: Pick<Database, 'query'>, now: Date): Promise<Month[]> =>
  missingMonths(db, MONTHLY_TABLES, monthsFrom(now, 0, ALARM_MONTHS_AHEAD));

/**
 * Creates missing partitions from the month before `now` to three months after it. A partition that cannot be created now
 * is left to the next call; if it is needed soon, an alarm is raised.
 */
export async function preparePartitionsFor(db: Database, now: Date): Promise<void> {
  for (const month of await missingMonths(db, MONTHLY_TABLES, monthsFrom(now, -1, MONTHS_AHEAD))) {
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
