import { z } from 'zod';
import { orderNumber } from '../../domain/orders/number.ts';
import type { OrderState } from '../../domain/states.ts';
import type { Query } from '../../entities/sellable.ts';

/** Takes what people call an order and answers its number. */
export const numberSchema = z
  .string()
  .regex(/^VC-\d{6,15}$/, 'must be an order number, e.g. "VC-000123"')
  .transform((text) => Number(text.slice(3)));

export interface OrderFilter {
  customerId?: string | undefined;
  /** The blind index of the e-mail address of an account. */
  emailIndex?: string | undefined;
  number?: number | undefined;
  state?: OrderState | undefined;
  placedFrom?: string | undefined;
  placedBefore?: string | undefined;
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

/** Orders, newest first. The id is made with the checkout: an order stands where its checkout began. */
export async function readOrders(query: Query, filter: OrderFilter): Promise<OrderHead[]> {
  const { customerId, emailIndex, number, state, placedFrom, placedBefore, before, limit } = filter;
  const wanted: [sql: string, value: unknown][] = [];
  if (customerId !== undefined) wanted.push(['o.customer_id = ?::uuid', customerId]);
  if (emailIndex !== undefined) {
    wanted.push(["o.customer_id = (select id from accounts where kind = 'customer' and email_index = ?)", emailIndex]);
  }
  if (number !== undefined) wanted.push(['o.id = (select order_id from order_numbers where number = ?)', number]);
  if (state !== undefined) wanted.push(['o.state = ?', state]);
  if (placedFrom !== undefined) wanted.push(['o.placed_at >= ?::timestamptz', placedFrom]);
  if (placedBefore !== undefined) wanted.push(['o.placed_at < ?::timestamptz', placedBefore]);
  if (before !== null) wanted.push(['o.id < ?::uuid', before]);
  const where = wanted.map(([sql], index) => sql.replace('?', `$${index + 2}`)).join(' and ') || 'true';
  const rows = await query<Omit<OrderHead, 'number' | 'placedAt'> & { number: number; placedAt: Date }>(
    `select o.id, n.number, o.state, o.currency, o.total, o.placed_at as "placedAt", o.customer_id as "customerId"
      from orders o join order_numbers n on n.order_id = o.id where ${where} order by o.id desc limit $1`,
    [limit, ...wanted.map(([, value]) => value)],
  );
  return rows.map((row) => ({ ...row, number: orderNumber(row.number), placedAt: row.placedAt.toISOString() }));
}
