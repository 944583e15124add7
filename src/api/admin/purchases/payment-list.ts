import { z } from 'zod';
import { orderNumber } from '../../../domain/orders/number.ts';
import type { PaymentStatus } from '../../../entities/payment/payment.ts';
import type { Query } from '../../../infra/database/query.ts';
import { type Condition, equals, type ListPage, pageConditions, whereOf } from './conditions.ts';

/** The statuses of a payment, those without an end first. */
export const PAYMENT_STATUSES = [
  'opening',
  'requires_method',
  'requires_action',
  'processing',
  'succeeded',
  'canceled',
] as const satisfies readonly PaymentStatus[];
export const paymentStatusSchema = z.enum(PAYMENT_STATUSES);

/** A payment in a list. */
export const paymentHeadSchema = z
  .object({
    id: z.uuid(),
    checkoutId: z.uuid(),
    orderId: z.uuid().nullable(),
    orderNumber: z.string().nullable(),
    provider: z.string(),
    intentId: z.string().nullable().meta({ description: 'The id of the payment at the provider.' }),
    status: paymentStatusSchema,
    declineCode: z.string().nullable().meta({ description: 'Why the last payment method was declined.' }),
    currency: z.string(),
    amount: z.int(),
    captured: z.int(),
    refunded: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'PaymentHead', description: 'Amounts in paise.' });

export type PaymentHead = z.infer<typeof paymentHeadSchema>;

export interface PaymentFilter extends ListPage {
  status?: PaymentStatus | undefined;
  intentId?: string | undefined;
  checkoutId?: string | undefined;
  /** Only payments that were declined and not paid since. */
  isDeclined?: boolean | undefined;
}

/** SQL: the payment was declined, and not paid since. */
export const IS_DECLINED = `decline_code is not null and status <> 'succeeded'`;

interface Row extends Omit<PaymentHead, 'orderId' | 'orderNumber' | 'createdAt' | 'updatedAt'> {
  orderId: string;
  orderNumber: number | null;
  createdAt: Date;
  updatedAt: Date;
}

/** Lists payments, newest first. */
export async function readPayments(query: Query, filter: PaymentFilter): Promise<PaymentHead[]> {
  const { status, intentId, checkoutId, isDeclined, limit } = filter;
  const conditions: Condition[] = [
    ...equals('p.status', status),
    ...equals('p.intent_id', intentId),
    ...equals('p.checkout_id', checkoutId),
    ...pageConditions('p.id', filter),
  ];
  const rows = await query<Row>(
    `select p.id, p.checkout_id as "checkoutId", c.order_id as "orderId", n.number as "orderNumber", p.provider,
        p.intent_id as "intentId", p.status, p.decline_code as "declineCode", p.currency, p.amount, p.captured, p.refunded,
        p.created_at as "createdAt", p.updated_at as "updatedAt"
      from (select * from payments p where ${whereOf(conditions)} and ${isDeclined ? IS_DECLINED : 'true'} order by p.id desc limit $1) p
        join checkouts c on c.id = p.checkout_id left join order_numbers n on n.order_id = c.order_id
      order by p.id desc`,
    [limit, ...conditions.map(([, value]) => value)],
  );
  return rows.map((row) => ({
    ...row,
    orderId: row.orderNumber === null ? null : row.orderId,
    orderNumber: row.orderNumber === null ? null : orderNumber(row.orderNumber),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }));
}
