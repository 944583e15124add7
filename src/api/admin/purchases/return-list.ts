import { z } from 'zod';
import { orderNumber } from '../../../domain/orders/number.ts';
import type { Query } from '../../../infra/database/query.ts';
import { orderSchema } from '../../orders/order-view.ts';
import { type Condition, equals, type ListPage, pageConditions, whereOf } from './conditions.ts';

const { id, state, reason, refundId, createdAt, decidedAt, receivedAt } = orderSchema.shape.returns.element.shape;

/** A return in a list across orders. */
export const returnHeadSchema = z
  .object({
    id,
    orderId: z.uuid(),
    orderNumber: z.string(),
    state,
    reason,
    units: z.int(),
    refundId,
    createdAt,
    decidedAt,
    receivedAt,
  })
  .meta({ id: 'ReturnHead' });

export type ReturnHead = z.infer<typeof returnHeadSchema>;

export interface ReturnFilter extends ListPage {
  state?: ReturnHead['state'] | undefined;
}

interface Row extends Omit<ReturnHead, 'orderNumber' | 'createdAt' | 'decidedAt' | 'receivedAt'> {
  orderNumber: number;
  createdAt: Date;
  decidedAt: Date | null;
  receivedAt: Date | null;
}

/** Lists returns of all orders, newest first. */
export async function readReturns(query: Query, filter: ReturnFilter): Promise<ReturnHead[]> {
  const conditions: Condition[] = [...equals('r.state', filter.state), ...pageConditions('r.id', filter)];
  const rows = await query<Row>(
    `select r.id, r.order_id as "orderId", n.number as "orderNumber", r.state, r.reason,
        (select sum(quantity) from return_lines where return_id = r.id)::int as units, r.refund_id as "refundId",
        r.created_at as "createdAt", r.decided_at as "decidedAt", r.received_at as "receivedAt"
      from (select * from returns r where ${whereOf(conditions)} order by r.id desc limit $1) r
        join order_numbers n on n.order_id = r.order_id
      order by r.id desc`,
    [filter.limit, ...conditions.map(([, value]) => value)],
  );
  return rows.map((row) => ({
    ...row,
    orderNumber: orderNumber(row.orderNumber),
    createdAt: row.createdAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
    receivedAt: row.receivedAt?.toISOString() ?? null,
  }));
}
