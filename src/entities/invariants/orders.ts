import { uuidv7FloorOf } from '../../infra/ids.ts';
import { keptSince } from '../monthly-tables.ts';
import type { Invariant } from '../reconciliation/invariant.ts';

/** SQL for orders without a checkout, and for movements without an order; `began` is the condition on their ids. */
const strayOrders = (began: string): string => `
  select o.id as "orderId", o.checkout_id as "checkoutId" from (select * from orders where ${began}) o
    where not exists (select 1 from checkouts c where c.id = o.checkout_id and c.order_id = o.id)
  union all select distinct m.cause_id, null::uuid from (select * from inventory_movements where ${began}) m
    where m.cause = 'order' and not exists (select 1 from orders o where o.id = m.cause_id)`;

export const ORDER_INVARIANTS: readonly Invariant[] = [
  {
    name: 'orders.totals-are-their-lines',
    says: 'The subtotal and discount of an order are the sums over its lines, and its tax is the sum over its lines and its delivery.',
    sql: `select o.id as "orderId", o.subtotal, l.subtotal as "linesSubtotal", o.discount, l.discount as "linesDiscount",
        o.tax, l.tax as "linesTax", o.shipping_cgst + o.shipping_sgst + o.shipping_igst as "shippingTax"
      from orders o left join (select order_id, sum(line_total) as subtotal, sum(discount) as discount,
        sum(cgst + sgst + igst) as tax from order_lines group by order_id) l on l.order_id = o.id
      where (o.subtotal, o.discount, o.tax) is distinct from
        (l.subtotal, l.discount, l.tax + o.shipping_cgst + o.shipping_sgst + o.shipping_igst)`,
  },
  {
    name: 'orders.delivery-is-its-shares',
    says: 'The taxable value and taxes of a delivery equal the sums of its shares, if it has shares.',
    sql: `select o.id as "orderId", o.shipping_shares as shares, o.shipping_taxable_value as taxable, o.shipping_cgst as cgst,
        o.shipping_sgst as sgst, o.shipping_igst as igst
      from orders o left join lateral (select sum(paid) as paid, sum(taxable) as taxable, sum(cgst) as cgst, sum(sgst) as sgst,
          sum(igst) as igst from jsonb_to_recordset(o.shipping_shares)
            as s (paid bigint, taxable bigint, cgst bigint, sgst bigint, igst bigint)) s on true
      where o.shipping_shares <> '[]' and ((o.shipping_taxable_value, o.shipping_cgst, o.shipping_sgst, o.shipping_igst)
          is distinct from (s.taxable, s.cgst, s.sgst, s.igst) or s.paid is distinct from s.taxable + s.cgst + s.sgst + s.igst)`,
  },
  {
    name: 'orders.halves-are-equal',
    says: 'CGST equals SGST in each order line, delivery share and refund that pricing engine 4 or later has priced.',
    sql: `with modern as (select order_id, line, cgst, sgst from order_lines where unit_shares ->> 'rule' = 'running')
      select order_id as "orderId", line, null::uuid as "refundId", cgst, sgst from modern where cgst <> sgst
      union all select o.id, 0, null, s.cgst, s.sgst from orders o,
          jsonb_to_recordset(o.shipping_shares) as s (cgst bigint, sgst bigint) where s.cgst is distinct from s.sgst
      union all select r.order_id, r.line, r.refund_id, r.cgst, r.sgst from refund_lines r
        where r.cgst <> r.sgst and (r.share > 0 or exists (select 1 from modern m where m.order_id = r.order_id and m.line = r.line))`,
  },
  {
    name: 'orders.lines-are-what-was-checked-out',
    says: 'An order has the same variants and quantities as its checkout.',
    sql: `select coalesce(l.id, k.id) as "orderId", coalesce(l.variant_id, k.variant_id) as "variantId", l.quantity, k.quantity as "checkedOut"
      from (select o.id, l.variant_id, sum(l.quantity) as quantity from orders o join order_lines l on l.order_id = o.id
          group by o.id, l.variant_id) l
        full join (select o.id, k.variant_id, sum(k.quantity) as quantity from orders o join checkout_lines k on k.checkout_id = o.checkout_id
          group by o.id, k.variant_id) k on k.id = l.id and k.variant_id = l.variant_id
      where l.quantity is distinct from k.quantity`,
  },
  {
    name: 'orders.come-from-their-checkout',
    says: 'The checkout of an order has this order, and an order whose units went back into stock exists.',
    sql: strayOrders('true'),
    recent: strayOrders(`id >= ${uuidv7FloorOf('$1::timestamptz')}`),
  },
  {
    name: 'orders.have-a-number',
    says: 'Every order has a number.',
    sql: `select o.id as "orderId" from orders o where not exists (select 1 from order_numbers n where n.order_id = o.id)`,
  },
  {
    name: 'orders.price-is-the-checkout',
    says: 'The total of an order equals the total of its checkout.',
    sql: `select o.id as "orderId", o.total, c.total as "checkoutTotal" from orders o join checkouts c on c.id = o.checkout_id
      where o.total is distinct from c.total`,
  },
  {
    name: 'orders.history-leads-to-the-state',
    says: 'The history of an order has no gaps and ends in the state of the order.',
    sql: `select o.id as "orderId", o.state, h.last_state as "lastState", h.broken
      from orders o join checkouts c on c.id = o.checkout_id left join (
        select order_id, count(*) as steps, max(seq) as last_seq, (array_agg(to_state order by seq desc))[1] as last_state,
          count(*) filter (where from_state is distinct from before) as broken
        from (select *, lag(to_state) over (partition by order_id order by seq) as before from order_history) s
        group by order_id) h on h.order_id = o.id
      where c.created_at >= ${keptSince('order_history')}
        and (h.steps is null or h.steps <> h.last_seq or h.last_state <> o.state or h.broken > 0)`,
  },
];
