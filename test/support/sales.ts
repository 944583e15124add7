import type { Query } from '../../src/infra/database/query.ts';
import type { JobContext } from '../../src/infra/queue/handler.ts';
import type { JobKind } from '../../src/infra/queue/queue.ts';
import { addUpAnalytics } from '../../src/jobs/reconciliation.ts';
import { analyticsHandlers } from '../../src/workers/analytics/analytics.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { stockVariant } from './books.ts';
import { waitFor } from './wait-for.ts';

/**
 * Puts orders into the tables that were placed at random times of the last 400 days, one in five with a refund that is
 * pending, failed or succeeded.
 */
export async function plantSales(
  query: Query,
  { orders, variantId }: { orders: number; variantId?: string },
): Promise<void> {
  await query(
    `with made as materialized (select n, uuidv7() as id, uuidv7() as order_id, now() - random() * interval '400 days' as at,
          1 + floor(random() * 4)::int as units, 100 + floor(random() * 100000)::bigint as price, floor(random() * 90)::bigint as off,
          random() < 0.2 as is_refunded, (array['pending', 'failed', 'succeeded', 'succeeded'])[1 + floor(random() * 4)::int] as state
        from generate_series(1, $1::int) as n),
      carts as (insert into carts (id, currency, status, created_at, updated_at) select id, 'INR', 'ordered', now(), now() from made),
      checkouts as (insert into checkouts (id, order_id, cart_id, cart_version, place_of_supply, currency, total, state, busy, steps,
          created_at, updated_at)
        select id, order_id, id, 1, 'IN-KA', 'INR', units * price - off + 5000, 'COMPLETED', false, 1, now(), now() from made),
      placed as (insert into orders (id, checkout_id, state, currency, prices_include_tax, subtotal, discount, shipping, shipping_taxable_value,
          tax, total, machine, placed_at, updated_at)
        select order_id, id, 'CONFIRMED', 'INR', true, units * price, off, 5000, 5000, units * price / 20, units * price - off + 5000, '{}', at, at
          from made),
      numbered as (insert into order_numbers (order_id) select order_id from made order by n),
      lines as (insert into order_lines (order_id, line, variant_id, sku, title, hsn, quantity, unit_price, line_total, discount,
          taxable_value, rate_percent, cgst, sgst, igst, unit_shares)
        select order_id, 1, $2::uuid, 'S', 'T', '6109', units, price, units * price, off, units * price - off, 5, 1, 1, 0, '{}' from made),
      payments as (insert into payments (id, checkout_id, provider, status, currency, amount, captured, refund_asked, created_at, updated_at)
        select id, id, 'stripe', 'succeeded', 'INR', units * price - off + 5000, units * price - off + 5000, units, at, at from made),
      refunded as (insert into refunds (id, order_id, payment_id, amount, credited, cause, state, created_at, decided_at)
        select id, order_id, id, price, price, 'refund', state, at,
          case when state <> 'pending' then at + random() * interval '30 days' end from made where is_refunded)
    insert into refund_lines (refund_id, order_id, line, quantity, amount, taxable, cgst, sgst, igst)
      select id, order_id, 1, 1, price, price - 2, 1, 1, 0 from made where is_refunded`,
    [orders, variantId ?? (await stockVariant((sql, params = []) => query(sql, params), { stock: 0 }))],
  );
}

export const CONTEXT: JobContext = { commandId: '', isTakeover: false, starts: 1, progress: () => undefined };

/** Runs a job of the analytics once. */
export async function runAnalytics(deps: Pick<WorkerDeps, 'db'>, { name }: JobKind = addUpAnalytics): Promise<void> {
  await analyticsHandlers(deps)
    .find((handler) => handler.name === name)
    ?.run({}, CONTEXT);
}

/** Runs the job until all orders are added up: it waits for transactions in all databases of the server. */
export const addUpAll = ({ db }: Pick<WorkerDeps, 'db'>): Promise<unknown> =>
  waitFor('all orders are added up', async () => {
    await runAnalytics({ db });
    const behind = await db.query(
      `select name from order_roll_ups where added_up_to < (select max(number) from order_numbers)`,
    );
    return behind.length === 0;
  });
