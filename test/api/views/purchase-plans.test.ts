import { expect } from 'chai';
import { readCheckouts } from '../../../src/api/admin/purchases/checkout-list.ts';
import { readPayments } from '../../../src/api/admin/purchases/payment-list.ts';
import { readRefunds } from '../../../src/api/admin/purchases/refund-list.ts';
import { readReturns } from '../../../src/api/admin/purchases/return-list.ts';
import { readCounts } from '../../../src/api/ops/overview/readings/counts.ts';
import { PERMISSIONS } from '../../../src/domain/access/permissions.ts';
import type { Query } from '../../../src/infra/database/query.ts';
import { type FreshDatabase, freshDatabase } from '../../support/database.ts';
import { type Watched, watchPlans } from './plans.ts';

const PURCHASES = 10_000;
const now = new Date();
const page = { before: null, limit: 25 };
const day = { from: now, until: new Date(now.getTime() + 60_000) };
const LARGE = ['checkouts', 'payments', 'refunds', 'returns', 'order_numbers'];

/** What is asked for, and the index that has to find it. */
const LISTS: [name: string, read: (query: Query) => Promise<object[]>, index: string, shown: number][] = [
  ['checkouts', (query) => readCheckouts(query, page), 'checkouts_pkey', 25],
  ['checkouts of a day', (query) => readCheckouts(query, { ...page, ...day }), 'checkouts_pkey', 25],
  ['completed checkouts', (query) => readCheckouts(query, { ...page, state: 'COMPLETED' }), 'checkouts_pkey', 25],
  ['expired checkouts', (query) => readCheckouts(query, { ...page, state: 'EXPIRED' }), 'checkouts_ended_state', 25],
  ['locked checkouts', (query) => readCheckouts(query, { ...page, state: 'LOCKED' }), 'checkouts_deadline', 4],
  ['new checkouts', (query) => readCheckouts(query, { ...page, state: 'CREATED' }), 'checkouts_busy', 4],
  [
    'checkouts for a rare reason',
    (query) => readCheckouts(query, { ...page, reason: 'PRICE_CHANGED' }),
    'checkouts_ended_reason',
    25,
  ],
  [
    'checkouts of an address',
    (query) => readCheckouts(query, { ...page, emailIndex: 'guest 7' }),
    'checkouts_guest_email',
    10,
  ],
  ['payments', (query) => readPayments(query, page), 'payments_pkey', 25],
  ['cancelled payments', (query) => readPayments(query, { ...page, status: 'canceled' }), 'payments_canceled', 25],
  [
    'payments without a method',
    (query) => readPayments(query, { ...page, status: 'requires_method' }),
    'payments_unsettled',
    4,
  ],
  ['a payment', (query) => readPayments(query, { ...page, intentId: 'pi_77' }), 'payments_intent_id_key', 1],
  ['refunds', (query) => readRefunds(query, page), 'refunds_pkey', 25],
  ['failed refunds', (query) => readRefunds(query, { ...page, state: 'failed' }), 'refunds_not_succeeded', 10],
  ['refunds of returns', (query) => readRefunds(query, { ...page, cause: 'return' }), 'refunds_cause', 10],
  ['stuck checkouts', (query) => readCheckouts(query, { ...page, isStuck: true }), 'checkouts_deadline', 0],
  [
    'declined payments of a day',
    (query) => readPayments(query, { ...page, ...day, isDeclined: true }),
    'payments_declined',
    4,
  ],
  ['declined payments', (query) => readPayments(query, { ...page, isDeclined: true }), 'payments_declined', 4],
  ['declined payments of today', (query) => readCounts(query, new Set(PERMISSIONS)), 'payments_declined', 14],
  ['counts of the overview', (query) => readCounts(query, new Set(PERMISSIONS)), 'checkouts_busy', 14],
  ['returns', (query) => readReturns(query, page), 'returns_pkey', 25],
  ['requested returns', (query) => readReturns(query, { ...page, state: 'requested' }), 'returns_state', 10],
];

describe(`the lists of ${PURCHASES} purchases`, function () {
  this.timeout(60_000);
  let fresh: FreshDatabase;
  let watched: Watched;
  before(async () => {
    fresh = await freshDatabase();
    await plantPurchases(fresh);
    watched = await watchPlans(fresh.url);
  });
  after(async () => {
    await watched?.close();
    await fresh.close();
  });

  for (const [name, read, index, shown] of LISTS) {
    it(`${name}: by ${index}, without reading a table`, async () => {
      watched.plans();
      expect(await read(watched.query)).to.have.length(shown);
      const plans = watched.plans();
      const whole = plans.flatMap(({ scans }) => scans).filter(([kind, table]) => isWhole(kind, table));
      expect(whole).to.deep.equal([]);
      expect(plans.flatMap(({ indexes }) => indexes)).to.include(index);
    });
  }

  const isWhole = (kind: string, table: string) => kind === 'Seq Scan' && LARGE.includes(table);
});

/** A UUIDv7 of second `n` after the start of the test; `kind` keeps the ids of two tables apart. */
const id = (kind: number) =>
  `(lpad(to_hex(${now.getTime()} + n * 1000), 12, '0') || '700${kind}8000' || lpad(to_hex(n), 12, '0'))::uuid`;

async function plantPurchases({ db }: FreshDatabase): Promise<void> {
  const rows = `from generate_series(1, ${PURCHASES}) n`;
  const statements = [
    `insert into carts (id, currency, status, created_at, updated_at) select ${id(1)}, 'INR', 'checkout', now(), now() ${rows}`,
    `insert into checkouts (id, order_id, cart_id, cart_version, place_of_supply, currency, total, state, reason, busy, steps,
        email_index, expires_at, created_at, updated_at)
      select ${id(1)}, ${id(2)}, ${id(1)}, 1, 'IN-KA', 'INR', 100, state,
          case when state = 'EXPIRED' then 'CHECKOUT_EXPIRED' when state = 'FAILED' then 'PRICE_CHANGED' end,
          state = 'CREATED', 1, 'guest ' || n % 1000, now(), now(), now()
        from (select n, case when n < 5 then 'LOCKED' when n < 9 then 'CREATED' when n % 100 = 0 then 'EXPIRED'
          when n % 100 = 1 then 'FAILED' else 'COMPLETED' end as state ${rows}) s`,
    `insert into payments (id, checkout_id, provider, intent_id, status, decline_code, currency, amount, captured, created_at,
        updated_at)
      select ${id(3)}, ${id(1)}, 'stripe', 'pi_' || n, status, case when n < 5 then 'card_declined' end, 'INR', 100,
          case when status = 'succeeded' then 100 else 0 end, now(), now()
        from (select n, case when n < 5 then 'requires_method' when n % 10 = 0 then 'canceled' else 'succeeded' end as status
          ${rows}) s`,
    `insert into orders (id, checkout_id, state, currency, prices_include_tax, subtotal, discount, shipping, tax, total, machine,
        placed_at, updated_at)
      select ${id(2)}, ${id(1)}, 'CONFIRMED', 'INR', true, 100, 0, 0, 0, 100, '{}', now(), now() ${rows}`,
    `insert into order_numbers (order_id) select ${id(2)} ${rows}`,
    `insert into refunds (id, order_id, payment_id, amount, cause, state, created_at, decided_at)
      select ${id(4)}, ${id(2)}, ${id(3)}, 1, case when n % 1000 = 6 then 'return' else 'refund' end, case when n % 1000 = 5 then 'failed' else 'succeeded' end, now(), now()
        ${rows}`,
    `insert into returns (id, order_id, state, reason, requested_by, created_at)
      select ${id(5)}, ${id(2)}, case when n % 1000 = 5 then 'requested' else 'received' end, 'other', 'customer', now() ${rows}`,
    `analyze`,
  ];
  for (const statement of statements) await db.query(statement);
}
