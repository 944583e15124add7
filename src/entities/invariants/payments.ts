import { GRACE, type Invariant } from '../reconciliation/invariant.ts';

export const PAYMENT_INVARIANTS: readonly Invariant[] = [
  {
    name: 'payments.pay-their-order',
    says: 'The captured amount of an order equals its total, and the refunded amount of its payment equals its succeeded refunds at the provider. A free order has no payment.',
    sql: `select o.id as "orderId", o.total, p.captured, p.refunded, r.amount as refunds from orders o
      left join payments p on p.checkout_id = o.checkout_id
      left join (select order_id, sum(amount) as amount from refunds where state = 'succeeded' and cause <> 'outside' group by order_id) r
        on r.order_id = o.id
      where o.total <> coalesce(p.captured, 0) or coalesce(p.refunded, 0) <> coalesce(r.amount, 0)`,
  },
  {
    name: 'payments.without-order-go-back',
    says: 'Money that was captured without an order is fully refunded, or its refund is pending.',
    sql: `select p.id as "paymentId", p.checkout_id as "checkoutId", c.state, p.captured, p.refunded
      from payments p join checkouts c on c.id = p.checkout_id
      where p.captured > p.refunded and c.state not in ('ORDER_CREATED', 'COMPLETED')
        and not exists (select 1 from payment_operations o
          where o.payment_id = p.id and o.kind = 'refund' and o.status in ('pending', 'unknown'))`,
  },
  {
    name: 'payments.refunded-is-its-refunds',
    says: 'The refunded amount of a payment equals the sum of its succeeded refunds, including those from the dashboard of the provider.',
    sql: `select p.id as "paymentId", p.refunded, coalesce(r.amount, 0) as "refundOperations" from payments p
      left join (select payment_id, sum(amount) as amount from (
          select payment_id, amount from payment_operations where kind = 'refund' and status = 'done'
          union all select payment_id, amount from refunds r where cause = 'provider' and state = 'succeeded'
            and not exists (select 1 from payment_operations where refund_id = r.id)) done
        group by payment_id) r on r.payment_id = p.id
      where p.refunded <> coalesce(r.amount, 0)`,
  },
  {
    name: 'payments.ask-for-the-total',
    says: 'The amount of a payment equals the total of its checkout.',
    sql: `select p.id as "paymentId", p.amount, c.total from payments p join checkouts c on c.id = p.checkout_id
      where p.amount is distinct from c.total`,
  },
  {
    name: 'operations.are-decided',
    says: 'No call to the payment provider is without a result for longer than 10 minutes, unless its command is parked.',
    sql: `select id as "operationId", kind, status, created_at as "createdAt" from payment_operations
      where status in ('pending', 'unknown') and created_at < now() - ${GRACE}
        and id::text not in (select payload ->> 'operationId' from outbox where parked_at is not null and payload ? 'operationId')`,
  },
];
