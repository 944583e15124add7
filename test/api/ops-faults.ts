import { newId } from '../../src/infra/ids.ts';
import { stockVariant } from '../support/books.ts';
import { plantOrder } from '../support/orders.ts';
import { waitFor } from '../support/wait-for.ts';
import type { PeopleShop } from './people-shop.ts';

/** How the overview must show what was planted. */
interface Expected {
  title: string;
  state: 'fault' | 'todo' | 'info';
  count: number;
  path: string | undefined;
}

const EXPECTED: readonly Expected[] = [
  { title: 'Stuck checkouts', state: 'fault', count: 2, path: '/ops/checkouts?stuck=true' },
  {
    title: 'Calls that the payment provider does not answer',
    state: 'fault',
    count: 1,
    path: '/ops/queues/queue/payments',
  },
  { title: 'Provider events that wait', state: 'fault', count: 1, path: '/ops/queues/queue/payments' },
  { title: 'Failed refunds', state: 'fault', count: 1, path: '/ops/refunds?state=failed' },
  { title: 'Critical discrepancies', state: 'fault', count: 1, path: '/ops/reconciliation?severity=critical' },
  { title: 'Discrepancies to decide', state: 'todo', count: 1, path: '/ops/reconciliation?severity=warning' },
  { title: 'Overdue reconciliation', state: 'fault', count: 1, path: '/ops/reconciliation/runs' },
  { title: 'Commands without an effect', state: 'fault', count: 1, path: '/ops/queues' },
  {
    title: 'Mails that wait for the mail server',
    state: 'fault',
    count: 1,
    path: '/ops/queues/queue/mail?status=delayed',
  },
  { title: 'Failing webhooks', state: 'fault', count: 1, path: '/ops/notifications' },
  { title: 'Failed webhook deliveries', state: 'fault', count: 1, path: '/ops/notifications' },
  { title: 'Failed mails', state: 'fault', count: 1, path: '/ops/notifications' },
  { title: 'Failed jobs', state: 'fault', count: 1, path: '/ops/jobs/orders' },
  { title: 'Paused queues', state: 'fault', count: 1, path: '/ops/queues/queue/invoices' },
  { title: 'Returns to decide', state: 'todo', count: 1, path: '/ops/returns' },
  { title: 'Reviews to decide', state: 'todo', count: 1, path: '/ops/reviews' },
];

/**
 * Plants one fault of each kind; the worker of the first queue is stopped.
 * @returns how the overview must show them
 */
export async function plantFaults(
  { db, deps, account }: PeopleShop,
  stopFirstWorker: () => Promise<void> | undefined,
): Promise<Expected[]> {
  const query = (sql: string, params: unknown[] = []) => db.query(sql, params);
  const variantId = await stockVariant(db.query, { stock: 0 });
  const { orderId, checkoutId } = await plantOrder(db.query, { variantId });
  const author = await account({});
  const [busy, late, payment, webhook, run] = Array.from({ length: 5 }, () => newId());
  await query(
    `with cart as (insert into carts (id, currency, status, created_at, updated_at) values
          ($1, 'INR', 'checkout', now(), now()), ($2, 'INR', 'checkout', now(), now()))
      insert into checkouts (id, order_id, cart_id, cart_version, place_of_supply, currency, total, state, busy, steps, expires_at,
          created_at, updated_at)
        values ($1, gen_random_uuid(), $1, 1, 'IN-KA', 'INR', 100, 'CREATED', true, 1, null, now(), now() - interval '3 minutes'),
          ($2, gen_random_uuid(), $2, 1, 'IN-KA', 'INR', 100, 'PAYMENT_PENDING', false, 1, now() - interval '3 minutes', now(), now())`,
    [busy, late],
  );
  await query(
    `with declined as (insert into payments (id, checkout_id, provider, status, currency, amount, decline_code, created_at, updated_at)
          values ($4, $1, 'stripe', 'requires_method', 'INR', 100, 'card_declined', now(), now())),
        paid as (insert into payments (id, checkout_id, provider, status, currency, amount, captured, refund_asked, created_at, updated_at)
          values ($2, $3, 'stripe', 'succeeded', 'INR', 105000, 105000, 100, now(), now())),
        called as (insert into payment_operations (id, payment_id, kind, amount, idempotency_key, key_round, fence, status, created_at)
          values ($2, $2, 'refund', 100, $2, 1, 0, 'unknown', now() - interval '2 minutes'))
      insert into refunds (id, order_id, payment_id, amount, cause, state, created_at, decided_at)
        values ($2, $5, $2, 100, 'refund', 'failed', now(), now())`,
    [busy, payment, checkoutId, newId(), orderId],
  );
  await query(`insert into webhook_inbox (provider, event_id, type, created_at, received_at, due_at)
    values ('stripe', 'evt_planted', 'charge.refunded', now(), now(), now() - interval '6 minutes')`);
  await query(
    `with run as (insert into reconciliation_runs (id, kind, started_by, state, phase, since, started_at, updated_at, finished_at)
        values ($1, 'recent', 'schedule', 'done', 'settle', now(), now(), now() - interval '2 hours', now() - interval '2 hours'))
      insert into discrepancies (id, run_id, last_run_id, kind, subject, severity, facts, state, found_at, seen_at) values
        ($1, $1, $1, 'planted', 'one', 'critical', '{}', 'person', now(), now()),
        ($2, $1, $1, 'planted', 'other', 'warning', '{}', 'person', now(), now())`,
    [run, newId()],
  );
  await query(
    `insert into outbox (id, queue, name, payload, trace, due_at, created_at) values
      ($1, 'orders', 'orders.test', '{}', '{}', now(), now() - interval '3 minutes'),
      ($2, 'mail', 'mail.send', '{}', '{}', now(), now() - interval '11 minutes')`,
    [newId(), newId()],
  );
  await query(
    `with webhook as (insert into webhook_subscriptions (id, url, events, secret, state, failing_since, created_by, created_at, updated_at)
        values ($1, 'https://example.com', '{order.placed}', 's', 'active', now(), $2, now(), now()))
      insert into webhook_deliveries (id, subscription_id, event_id, type, data, state, due_at, created_at, decided_at)
        values ($1, $1, $1, 'order.placed', '{}', 'failed', now(), now(), now())`,
    [webhook, author.id],
  );
  await query(
    `with review as (insert into reviews (id, product_id, variant_id, customer_id, order_id, is_verified, rating, title, body, state, steps,
          created_at, updated_at)
        select $1, product_id, id, $2, $3, true, 2, 'Title', 'Body', 'held', 1, now(), now() from variants where id = $4)
      insert into returns (id, order_id, state, reason, requested_by, created_at) values ($1, $3, 'requested', 'other', 'customer', now())`,
    [newId(), author.id, orderId, variantId],
  );
  await plantInQueues(deps.queues.all, stopFirstWorker);
  const [sold] = await db.query<{ count: number }>(`select count(*)::int as count from stock_levels where on_hand = 0`);
  const [low] = await db.query<{ count: number }>(`select count(*)::int as count from stock_levels where on_hand <= 5`);
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Kolkata' }).format(new Date());
  const first = deps.queues.all[0]?.name;
  return [
    ...EXPECTED,
    { title: 'Sold-out variants', state: 'todo', count: sold?.count ?? 0, path: '/ops/stock?forSale=true&amp;below=1' },
    {
      title: 'Variants with at most 5 units',
      state: 'todo',
      count: low?.count ?? 0,
      path: '/ops/stock?forSale=true&amp;below=6',
    },
    {
      title: 'Declined payments today',
      state: 'info',
      count: 1,
      path: `/ops/payments?declined=true&amp;from=${today}`,
    },
    { title: 'Queues without a worker', state: 'fault', count: 1, path: `/ops/queues/queue/${first}` },
  ];
}

type Queues = PeopleShop['deps']['queues']['all'];

async function plantInQueues(queues: Queues, stopFirstWorker: () => Promise<void> | undefined): Promise<void> {
  const queue = (name: string) => queues.find((each) => each.name === name);
  // The handlers of the test fail these jobs.
  await queue('orders')?.add('orders.test', { fails: true }, { jobId: 'failing' });
  await queue('mail')?.add('mail.test', { fails: true }, { jobId: 'failing' });
  await queue('invoices')?.pause();
  await stopFirstWorker();
  await waitFor('both jobs have failed', async () => {
    const counts = await Promise.all([queue('orders')?.getFailedCount(), queue('mail')?.getFailedCount()]);
    return counts.every((count) => count === 1);
  });
}
