import { readBestsellers } from '../../../src/api/admin/analytics/bestsellers-view.ts';
import { readConversionBy } from '../../../src/api/admin/analytics/conversion-view.ts';
import { readDiscounts } from '../../../src/api/admin/analytics/discounts-view.ts';
import { readSales } from '../../../src/api/admin/analytics/sales-view.ts';
import { readCheckouts } from '../../../src/api/admin/purchases/checkout-list.ts';
import { readPayments } from '../../../src/api/admin/purchases/payment-list.ts';
import { readRefunds } from '../../../src/api/admin/purchases/refund-list.ts';
import { readCounts } from '../../../src/api/ops/overview/readings/counts.ts';
import { placedRangeOf } from '../../../src/api/orders/placed-date-range.ts';
import { readOrders } from '../../../src/api/orders/read-orders.ts';
import { PERMISSIONS } from '../../../src/domain/access/permissions.ts';
import { claimOverdue, readOutbox } from '../../../src/entities/outbox/outbox.ts';
import { capturedBetween } from '../../../src/entities/reconciliation/books.ts';
import { shopGauges } from '../../../src/entities/reconciliation/gauges.ts';
import { findEndedCheckouts } from '../../../src/entities/retention/ended-checkouts.ts';
import { deleteExpiredRows } from '../../../src/entities/retention/expired-rows.ts';
import type { Database } from '../../../src/infra/database/database.ts';
import type { Query } from '../../../src/infra/database/query.ts';
import { unitOfWork } from '../../../src/infra/database/unit-of-work.ts';
import { uuidv7Floor } from '../../../src/infra/ids.ts';
import { DUE_WORK, findDue } from '../../../src/workers/reconciliation/sweeper.ts';

type Reads = Record<string, () => Promise<unknown>>;

/** What is looked for. */
export interface Subject {
  /** The blind index of a guest's e-mail address. */
  emailIndex: string;
  customerId: string;
  /** The number of an old order. */
  number: number;
  intentId: string;
  now: Date;
}

/** Chooses one of the oldest orders, and a customer, to look for. @throws Error when there are none */
export async function subjectOf(db: Database): Promise<Subject> {
  const [row] = await db.query<Omit<Subject, 'now'>>(
    `select k.email_index as "emailIndex", (select customer_id from checkouts where customer_id is not null and id > k.id order by id limit 1) as "customerId",
        n.number, p.intent_id as "intentId"
      from (select * from checkouts where email_index is not null order by id limit 1 offset 50) k
        join order_numbers n on n.order_id = k.order_id join payments p on p.checkout_id = k.id`,
  );
  if (!row) throw new Error('there is no order to look for');
  return { ...row, now: new Date() };
}

/** What staff and the processes of a shop read again and again, by name. */
export function readsOf(db: Database, subject: Subject): Reads {
  return { ...rounds(db, subject), ...lists(db, subject), ...analytics(db.search, subject) };
}

const DAY_MS = 86_400_000;
const daysBefore = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY_MS);
const dateOf = (at: Date): string => at.toISOString().slice(0, 10);

/** Rounds of the relay, the sweeper and the metrics, when there is nothing to do. */
function rounds(db: Database, { now }: Subject): Reads {
  return {
    'relay: state of the outbox': () => readOutbox(db),
    'relay: claim': () => unitOfWork(db, 'relay.claim', (tx) => claimOverdue(tx, 500)),
    'sweeper: due work': () => findDue({ db }, DUE_WORK.all),
    'retention: expired rows': () => deleteExpiredRows(db),
    'retention: ended checkouts': () => findEndedCheckouts(db),
    'metrics: gauges': () => shopGauges(db.query).read(),
    'operators: counts of the overview': () => readCounts(db.query, new Set(PERMISSIONS)),
    'reconciliation: payments of two days': () => capturedBetween(db.query, daysBefore(now, 2), now),
  };
}

const FIRST_PAGE = { before: null, limit: 25 };

function lists(db: Database, subject: Subject): Reads {
  const { now } = subject;
  const query = db.search;
  const page = FIRST_PAGE;
  const range = { from: daysBefore(now, 201), until: daysBefore(now, 200) };
  return {
    ...orderLists(db, subject),
    checkouts: () => readCheckouts(query, page),
    'checkouts of a day': () => readCheckouts(query, { ...page, ...range }),
    'cancelled checkouts': () => readCheckouts(query, { ...page, state: 'CANCELLED' }),
    'checkouts of an e-mail address': () => readCheckouts(query, { ...page, emailIndex: subject.emailIndex }),
    payments: () => readPayments(query, page),
    'payments of a day': () => readPayments(query, { ...page, ...range }),
    'payment of an intent': () => readPayments(query, { ...page, intentId: subject.intentId }),
    'declined payments': () => readPayments(query, { ...page, isDeclined: true }),
    refunds: () => readRefunds(query, page),
    'failed refunds': () => readRefunds(query, { ...page, state: 'failed' }),
    'refunds of a cause': () => readRefunds(query, { ...page, cause: 'return' }),
  };
}

function orderLists(db: Database, { emailIndex, customerId, number, now }: Subject): Reads {
  const page = FIRST_PAGE;
  const yearAgo = uuidv7Floor(daysBefore(now, 365));
  const day = dateOf(daysBefore(now, 200));
  const placed = placedRangeOf({ from: day, to: day });
  return {
    orders: () => readOrders(db, page),
    'orders of a year ago': () => readOrders(db, { ...page, before: yearAgo }),
    'orders of a day': () => readOrders(db, { ...page, placed }),
    'orders of a common state': () => readOrders(db, { ...page, state: 'DELIVERED' }),
    'orders of a rare state': () => readOrders(db, { ...page, state: 'PROCESSING' }),
    'orders of a state, of a day': () => readOrders(db, { ...page, placed, state: 'CANCELLED' }),
    'orders of an e-mail address': () => readOrders(db, { ...page, emailIndex }),
    'orders of an unknown address': () => readOrders(db, { ...page, emailIndex: 'nobody' }),
    'orders of a customer': () => readOrders(db, { ...page, customerId }),
    'order of a number': () => readOrders(db, { ...page, number }),
  };
}

function analytics(query: Query, { now }: Subject): Reads {
  const range = { from: dateOf(daysBefore(now, 365)), to: dateOf(now) };
  const before = { from: dateOf(daysBefore(now, 730)), to: dateOf(daysBefore(now, 366)) };
  const best = { range, before, of: 'products', sort: 'revenue', limit: 20 } as const;
  return {
    'analytics: sales of a year': () => readSales(query, range, 'month'),
    'analytics: conversion of a year': () => readConversionBy(query, range, 'month'),
    'analytics: bestsellers of a year': () => readBestsellers(query, best),
    'analytics: discounts of a year': () => readDiscounts(query, range, before),
  };
}
