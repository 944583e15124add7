import { z } from 'zod';
import { orderNumber } from '../../domain/orders/number.ts';
import type { OrderState } from '../../domain/states.ts';
import type { Query } from '../../infra/database/query.ts';
import { type Placed, placedConditions } from './placed.ts';

/** Takes what people call an order and answers its number. */
export const numberSchema = z
  .string()
  .regex(/^VC-\d{6,15}$/, 'must be an order number, e.g. "VC-000123"')
  .transform((text) => Number(text.slice(3)));

export interface OrderFilter {
  customerId?: string | undefined;
  /** The blind index of an e-mail address: of the account that bought, or typed by a guest. */
  emailIndex?: string | undefined;
  number?: number | undefined;
  state?: OrderState | undefined;
  placed?: Placed | undefined;
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

/** Old checkouts of guests have no index of the address: their guests redeemed under it. */
const OF_ADDRESS = `select id from orders
    where customer_id = (select id from accounts where kind = 'customer' and email_index = ?::text)
  union all select order_id from checkouts where customer_id is null and email_index = ?::text
  union all select order_id from checkouts where customer_id is null and redeemer = 'email:' || ?::text`;

/** Orders, newest first. The id is made with the checkout: an order stands where its checkout began. */
export async function readOrders(query: Query, filter: OrderFilter): Promise<OrderHead[]> {
  const { customerId, emailIndex, number, state, placed = {}, before, limit } = filter;
  const wanted: [sql: string, value: unknown][] = [];
  if (customerId !== undefined) wanted.push(['o.customer_id = ?::uuid', customerId]);
  if (emailIndex !== undefined) wanted.push([`o.id in (${OF_ADDRESS})`, emailIndex]);
  if (number !== undefined) wanted.push(['o.id = (select order_id from order_numbers where number = ?)', number]);
  if (state !== undefined) wanted.push(['o.state = ?', state]);
  wanted.push(...placedConditions(placed));
  if (before !== null) wanted.push(['o.id < ?::uuid', before]);
  const where = wanted.map(([sql], index) => sql.replaceAll('?', `$${index + 2}`)).join(' and ') || 'true';
  const rows = await query<Omit<OrderHead, 'number' | 'placedAt'> & { number: number; placedAt: Date }>(
    `select o.id, n.number, o.state, o.currency, o.total, o.placed_at as "placedAt", o.customer_id as "customerId"
      from orders o join order_numbers n on n.order_id = o.id where ${where} order by o.id desc limit $1`,
    [limit, ...wanted.map(([, value]) => value)],
  );
  return rows.map((row) => ({ ...row, number: orderNumber(row.number), placedAt: row.placedAt.toISOString() }));
}
