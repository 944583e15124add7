import { z } from 'zod';
import { orderNumber } from '../../../domain/orders/number.ts';
import type { Query } from '../../../infra/database/query.ts';
import { orderSchema } from '../../orders/order-view.ts';
import { type Condition, equals, type ListPage, pageConditions, whereOf } from './conditions.ts';

const { id, amount, cause, state, failure, createdAt, decidedAt } = orderSchema.shape.refunds.element.shape;

/** A refund in a list across orders. */
export const refundHeadSchema = z
  .object({
    id,
    orderId: z.uuid().nullable().meta({ description: 'Null when the payment led to no order.' }),
    orderNumber: z.string().nullable(),
    checkoutId: z.uuid(),
    paymentId: z.uuid(),
    amount,
    currency: z.string(),
    cause,
    state,
    failure,
    createdAt,
    decidedAt,
  })
  .meta({ id: 'RefundHead', description: 'Amounts in paise.' });

export type RefundHead = z.infer<typeof refundHeadSchema>;

export interface RefundFilter extends ListPage {
  state?: RefundHead['state'] | undefined;
  cause?: RefundHead['cause'] | undefined;
}

interface Row extends Omit<RefundHead, 'orderNumber' | 'createdAt' | 'decidedAt'> {
  orderNumber: number | null;
  createdAt: Date;
  decidedAt: Date | null;
}

/** Lists refunds of all orders, newest first. */
export async function readRefunds(query: Query, filter: RefundFilter): Promise<RefundHead[]> {
  const conditions: Condition[] = [
    ...equals('r.state', filter.state),
    ...equals('r.cause', filter.cause),
    ...pageConditions('r.id', filter),
  ];
  const rows = await query<Row>(
    `select r.id, r.order_id as "orderId", n.number as "orderNumber", p.checkout_id as "checkoutId",
        r.payment_id as "paymentId", r.amount, p.currency, r.cause, r.state, r.failure, r.created_at as "createdAt",
        r.decided_at as "decidedAt"
      from (select * from refunds r where ${whereOf(conditions)} order by r.id desc limit $1) r
        join payments p on p.id = r.payment_id left join order_numbers n on n.order_id = r.order_id
      order by r.id desc`,
    [filter.limit, ...conditions.map(([, value]) => value)],
  );
  return rows.map((row) => ({
    ...row,
    orderNumber: row.orderNumber === null ? null : orderNumber(row.orderNumber),
    createdAt: row.createdAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
  }));
}
