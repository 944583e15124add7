import { z } from 'zod';
import { orderNumber } from '../../domain/orders/number.ts';
import type { OrderState } from '../../domain/states.ts';
import type { Database } from '../../infra/database/database.ts';
import { type PlacedRange, placedConditions } from './placed-date-range.ts';

/** Parses an order number as printed, e.g. `VC-000123`, into its numeric value. */
export const orderNumberSchema = z
  .string()
  .regex(/^VC-\d{6,15}$/, 'must be an order number, e.g. "VC-000123"')
  .transform((text) => Number(text.slice(3)));

export interface OrderFilter {
  customerId?: string | undefined;
  /** Blind index of an e-mail address: of the customer's account, or entered by a guest. */
  emailIndex?: string | undefined;
  number?: number | undefined;
  state?: OrderState | undefined;
  placed?: PlacedRange | undefined;
  before: string | null;
  limit: number;
}

export interface OrderHead {
  id: string;
  number: string;
  state: OrderState;
  currency: string;
  total: number;
  placedAt: string;
  customerId: string | null;
}

/** Old guest checkouts have no `email_index`; their `redeemer` contains the index. */
const ORDER_IDS_OF_EMAIL = `select id from orders
    where customer_id = (select id from accounts where kind = 'customer' and email_index = ?::text)
  union all select order_id from checkouts where customer_id is null and email_index = ?::text
  union all select order_id from checkouts where customer_id is null and redeemer = 'email:' || ?::text`;

/** Looks up each order by its id: with `in`, PostgreSQL may read all months in the order of ids instead. */
const ORDERS_OF_EMAIL = `(select distinct id from (${ORDER_IDS_OF_EMAIL}) as ids) as found
  cross join lateral (select * from orders where id = found.id offset 0) as o`;
const ALL_ORDERS = 'orders o';

/** The largest `limit`, one more than a page may have. The plan, which is made before the limit is known, is good for so few rows. */
const MOST = 101;

/** Lists orders, newest first by the start of their checkout, because the checkout creates the id of the order. */
export async function readOrders(db: Pick<Database, 'list' | 'search'>, filter: OrderFilter): Promise<OrderHead[]> {
  const { customerId, emailIndex, number, state, placed = {}, before, limit } = filter;
  const conditions: [sql: string, value: unknown][] = [];
  if (customerId !== undefined) conditions.push(['o.customer_id = ?::uuid', customerId]);
  if (number !== undefined) conditions.push(['o.id = (select order_id from order_numbers where number = ?)', number]);
  if (state !== undefined) conditions.push(['o.state = ?', state]);
  conditions.push(...placedConditions(placed));
  if (before !== null) conditions.push(['o.id < ?::uuid', before]);
  const [from, values] =
    emailIndex === undefined ? [ALL_ORDERS, [limit]] : [ORDERS_OF_EMAIL.replaceAll('?', '$2'), [limit, emailIndex]];
  const place = (index: number): string => `$${values.length + index + 1}`;
  const where = conditions.map(([sql], index) => sql.replaceAll('?', place(index))).join(' and ') || 'true';
  // How many orders are in a state decides how they are found. All other lists have one best plan: planning all months takes longer.
  const query = state === undefined ? db.list : db.search;
  const rows = await query<Omit<OrderHead, 'number' | 'placedAt'> & { number: number; placedAt: Date }>(
    `select o.id, n.number, o.state, o.currency, o.total, o.placed_at as "placedAt", o.customer_id as "customerId"
      from (select o.* from ${from} where ${where} order by o.id desc limit ${MOST}) as o
        cross join lateral (select number from order_numbers where order_id = o.id offset 0) as n
      order by o.id desc limit $1`,
    [...values, ...conditions.map(([, value]) => value)],
  );
  return rows.map((row) => ({ ...row, number: orderNumber(row.number), placedAt: row.placedAt.toISOString() }));
}
