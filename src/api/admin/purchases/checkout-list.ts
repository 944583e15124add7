import { z } from 'zod';
import { orderNumber } from '../../../domain/orders/number.ts';
import { CHECKOUT_STATES, type CheckoutState } from '../../../domain/states.ts';
import type { Query } from '../../../infra/database/query.ts';
import { type Condition, equals, type ListPage, pageConditions, whereOf } from './conditions.ts';
import { paymentStatusSchema } from './payment-list.ts';

/** A checkout in a list. */
export const checkoutHeadSchema = z
  .object({
    id: z.uuid(),
    state: z.enum(CHECKOUT_STATES),
    reason: z.string().nullable().meta({ description: 'Error code that says why it ended without an order.' }),
    customerId: z.uuid().nullable().meta({ description: 'Null for a guest.' }),
    cartId: z.uuid(),
    orderId: z.uuid().nullable(),
    orderNumber: z.string().nullable(),
    total: z.int().nullable().meta({ description: 'Paise; null until the price is fixed.' }),
    currency: z.string(),
    paymentStatus: paymentStatusSchema.nullable(),
    declineCode: z.string().nullable().meta({ description: 'Why the last payment method was declined.' }),
    expiresAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'CheckoutHead' });

export type CheckoutHead = z.infer<typeof checkoutHeadSchema>;

export interface CheckoutFilter extends ListPage {
  id?: string | undefined;
  state?: CheckoutState | undefined;
  reason?: string | undefined;
  customerId?: string | undefined;
  /** Blind index of an e-mail address: of the customer's account, or entered by a guest. */
  emailIndex?: string | undefined;
  /** Only checkouts that made no progress for two minutes. */
  isStuck?: boolean | undefined;
}

/**
 * SQL for the ids of checkouts that no worker moves on: busy for two minutes, or not ended two minutes after their deadline.
 * Workers need seconds for both.
 */
export const STUCK_CHECKOUTS = `select id from checkouts where busy and updated_at < now() - interval '2 minutes'
  union select id from checkouts where state in ('LOCKED', 'PAYMENT_PENDING') and expires_at < now() - interval '2 minutes'`;

/** Old checkouts of guests have no `email_index`; their `redeemer` contains the index. */
const CHECKOUT_IDS_OF_EMAIL = `select id from checkouts
    where customer_id = (select id from accounts where kind = 'customer' and email_index = ?::text)
  union all select id from checkouts where customer_id is null and email_index = ?::text
  union all select id from checkouts where customer_id is null and redeemer = 'email:' || ?::text`;

/** Conditions that name the partial index of the state: few checkouts are in one of these states at a time. */
const INDEXED: Partial<Record<CheckoutState, string>> = {
  CREATED: 'c.busy',
  PAYMENT_CONFIRMED: 'c.busy',
  ORDER_CREATED: 'c.busy',
};

interface Row extends Omit<CheckoutHead, 'orderId' | 'orderNumber' | 'expiresAt' | 'createdAt' | 'updatedAt'> {
  orderId: string;
  orderNumber: number | null;
  expiresAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** Lists checkouts, newest first. */
export async function readCheckouts(query: Query, filter: CheckoutFilter): Promise<CheckoutHead[]> {
  const { id, state, reason, customerId, emailIndex, isStuck, limit } = filter;
  const conditions: Condition[] = [
    ...equals('c.id', id),
    ...equals('c.state', state),
    ...equals('c.reason', reason),
    ...equals('c.customer_id', customerId),
    ...(emailIndex === undefined ? [] : ([[`c.id in (${CHECKOUT_IDS_OF_EMAIL})`, emailIndex]] as const)),
    ...pageConditions('c.id', filter),
  ];
  const indexed = (state && INDEXED[state]) ?? 'true';
  const stuck = isStuck ? `c.id in (${STUCK_CHECKOUTS})` : 'true';
  const rows = await query<Row>(
    `select c.id, c.state, c.reason, c.customer_id as "customerId", c.cart_id as "cartId", c.order_id as "orderId",
        n.number as "orderNumber", c.total, c.currency, p.status as "paymentStatus", p.decline_code as "declineCode",
        c.expires_at as "expiresAt", c.created_at as "createdAt", c.updated_at as "updatedAt"
      from (select * from checkouts c where ${whereOf(conditions)} and ${indexed} and ${stuck} order by c.id desc limit $1) c
        left join payments p on p.checkout_id = c.id left join order_numbers n on n.order_id = c.order_id
      order by c.id desc`,
    [limit, ...conditions.map(([, value]) => value)],
  );
  return rows.map(toHead);
}

const toHead = (row: Row): CheckoutHead => ({
  ...row,
  orderId: row.orderNumber === null ? null : row.orderId,
  orderNumber: row.orderNumber === null ? null : orderNumber(row.orderNumber),
  expiresAt: row.expiresAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
