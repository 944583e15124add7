import pg from 'pg';
import type { Vault } from '../../src/entities/account/privacy/vault.ts';
import { countHours } from '../../src/entities/analytics/conversion/count-conversion.ts';
import { MONTHLY_TABLES } from '../../src/entities/monthly-tables.ts';
import type { Database } from '../../src/infra/database/database.ts';
import { makePartition, missingMonths, monthStart } from '../../src/infra/database/partitions.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { type Copier, openCopier } from './copies.ts';
import { insertAccounts, type Template } from './people.ts';

const DAY_MS = 86_400_000;
/** The age of the oldest copies in days: two years. */
const OLDEST_DAYS_AGO = 730;
/** The age of the newest copies in days. The payment provider would have to know younger payments, and retention has deleted what ends by time. */
const NEWEST_DAYS_AGO = 31;
/** Checkouts that ended without an order are deleted after 90 days. */
const OLDEST_ENDED_DAYS_AGO = 89;
/** Checkouts that end without an order, per order. */
const ENDED_SHARE = 0.05;
const ORDERS_PER_ACCOUNT = 8;
const ORDERS_PER_GUEST = 3;
const CHUNK = 2_000;

export interface FillTarget {
  db: Database;
  /** The same database, as a superuser. */
  url: string;
  vault: Vault;
}

export interface FillRequest {
  /** Checkouts of finished purchases, with and without an order, which are copied in turn (see `makeTemplates`). */
  checkoutIds: readonly string[];
  /** Number of orders to add. */
  orders: number;
  report?(added: number): void;
}

/**
 * Adds finished orders of the last two years to a shop: copies of real purchases with all their rows, under new ids, numbers
 * and times, and with other people. All invariants of `bin/verify` hold, except that the payment provider knows none of their
 * payments. Analytics add them up as their job runs.
 */
export async function fillOrders(
  { db, url, vault }: FillTarget,
  { checkoutIds, orders, report }: FillRequest,
): Promise<void> {
  const now = Date.now();
  await preparePastMonths(db, now);
  const client = new pg.Client({ connectionString: url, application_name: 'volume' });
  await client.connect();
  try {
    const copier = await openCopier(client, vault, checkoutIds);
    const { rows } = await client.query<{ first: number }>(
      `select coalesce(max(number), 0)::float8 + 1 as first from order_numbers`,
    );
    const first = rows[0]?.first ?? 1;
    const atMs = now - OLDEST_DAYS_AGO * DAY_MS;
    const count = Math.ceil(orders / ORDERS_PER_ACCOUNT);
    const accountIds = await insertAccounts(client, vault, { count, first, atMs });
    const guestCount = Math.ceil((first + orders) / ORDERS_PER_GUEST);
    const [ordered, ended] = [true, false].map((kind) => copier.templates.filter(({ hasOrder }) => hasOrder === kind));
    const common = { copier, first, accountIds, guestCount };
    await insertAll({
      ...common,
      templates: ordered ?? [],
      count: orders,
      days: [OLDEST_DAYS_AGO, NEWEST_DAYS_AGO],
      now,
      report,
    });
    const endedCount = Math.ceil(orders * ENDED_SHARE);
    await insertAll({
      ...common,
      templates: ended ?? [],
      count: endedCount,
      days: [OLDEST_ENDED_DAYS_AGO, NEWEST_DAYS_AGO],
      now,
    });
    await client.query(`vacuum analyze`);
  } finally {
    await client.end();
  }
  await countConversion(db, now);
}

interface Insertion {
  copier: Copier;
  templates: readonly Template[];
  first: number;
  count: number;
  /** Days before `now` between which the copies are spread evenly. */
  days: readonly [from: number, to: number];
  now: number;
  accountIds: readonly string[];
  guestCount: number;
  report?: FillRequest['report'];
}

async function insertAll(work: Insertion): Promise<void> {
  const { copier, templates, first, count, days, now, accountIds, guestCount, report } = work;
  const [from, to] = days.map((day) => now - day * DAY_MS) as [number, number];
  for (let done = 0; done < count && templates.length > 0; done += CHUNK) {
    const indexes = Array.from({ length: Math.min(CHUNK, count - done) }, (_, index) => done + index);
    await copier.insert({
      first: first + done,
      templates: indexes.flatMap((index) => templates[index % templates.length] ?? []),
      atMs: indexes.map((index) => from + ((to - from) * (index + 0.5)) / count),
      accountIds: indexes.flatMap((index) => accountIds[(index * 7) % accountIds.length] ?? []),
      guestCount,
    });
    report?.(done + indexes.length);
  }
}

async function preparePastMonths(db: Database, now: number): Promise<void> {
  const oldest = monthStart(new Date(now - (OLDEST_DAYS_AGO + 1) * DAY_MS));
  const months: Date[] = [];
  for (let start = oldest; start.getTime() <= now; start = monthStart(start, 1)) months.push(start);
  for (const month of await missingMonths(db, MONTHLY_TABLES, months)) await makePartition(db, month);
}

/** Counts the carts and checkouts of the past, which the job of the shop takes for counted. */
async function countConversion(db: Database, now: number): Promise<void> {
  const [hours] = await db.query<{ from: Date; before: Date }>(
    `select date_trunc('day', $1::timestamptz, 'Asia/Kolkata') as "from", date_trunc('day', $2::timestamptz, 'Asia/Kolkata') as before`,
    [new Date(now - OLDEST_DAYS_AGO * DAY_MS), new Date(now - (NEWEST_DAYS_AGO - 1) * DAY_MS)],
  );
  if (hours) await unitOfWork(db, 'volume.count', (tx) => countHours(tx, hours));
}
