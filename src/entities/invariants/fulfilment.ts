import { GRACE, type Invariant } from '../reconciliation/invariant.ts';

/** Invariants of placed orders: shipments, cancellations, returns and refunds. */
export const FULFILMENT_INVARIANTS: readonly Invariant[] = [
  {
    name: 'orders.machine-is-the-lines',
    says: 'The state and context of an order machine agree with the state, lines and refunds of the order.',
    sql: `select o.id as "orderId", o.state, o.machine, l."toShip", l.shipped, coalesce(r.asked, 0) as asked, coalesce(r.returned, 0) as returned
      from orders o left join (select order_id, sum(quantity - shipped - cancelled) as "toShip", sum(shipped) as shipped
          from order_lines group by order_id) l on l.order_id = o.id
        left join (select order_id, sum(amount) filter (where cause <> 'provider') as asked,
          sum(amount) filter (where state = 'succeeded') as returned from refunds group by order_id) r on r.order_id = o.id
      where o.machine ->> 'value' <> o.state
        or (o.machine -> 'context' ->> 'toShip')::bigint <> l."toShip" or (o.machine -> 'context' ->> 'shipped')::bigint <> l.shipped
        or (o.machine -> 'context' ->> 'returned')::bigint <> coalesce(r.returned, 0)
        or (o.machine -> 'context' ->> 'asked')::bigint < coalesce(r.asked, 0)`,
  },
  {
    name: 'orders.units-are-accounted-for',
    says: 'The shipped units of an order line equal the units in its shipments, and the returned units equal those in its received returns.',
    sql: `select l.order_id as "orderId", l.line, l.shipped, coalesce(s.units, 0) as "inShipments", l.returned,
        coalesce(r.units, 0) as "inReturns"
      from order_lines l
        left join (select order_id, line, sum(quantity) as units from shipment_lines group by order_id, line) s
          on s.order_id = l.order_id and s.line = l.line
        left join (select t.order_id, t.line, sum(t.quantity) as units from return_lines t join returns r on r.id = t.return_id
          where r.state = 'received' group by t.order_id, t.line) r on r.order_id = l.order_id and r.line = l.line
      where l.shipped <> coalesce(s.units, 0) or l.returned <> coalesce(r.units, 0)`,
  },
  {
    name: 'orders.goods-are-back-on-the-shelf',
    says: 'The units that an order put back into stock equal its cancelled units and its restocked returns.',
    sql: `select coalesce(m.order_id, w.order_id) as "orderId", coalesce(m.variant_id, w.variant_id) as "variantId", m.units as restocked, w.units as wanted
      from (select cause_id as order_id, variant_id, sum(on_hand_delta) as units from inventory_movements
          where cause = 'order' group by cause_id, variant_id) m
        full join (select l.order_id, l.variant_id, sum(l.cancelled + coalesce(t.restocked, 0)) as units from order_lines l
          left join (select order_id, line, sum(restocked) as restocked from return_lines group by order_id, line) t
            on t.order_id = l.order_id and t.line = l.line
          group by l.order_id, l.variant_id having sum(l.cancelled + coalesce(t.restocked, 0)) > 0) w
        on w.order_id = m.order_id and w.variant_id = m.variant_id
      where coalesce(m.units, 0) <> coalesce(w.units, 0)`,
  },
  {
    name: 'refunds.are-their-lines',
    says: 'The credited amount of a refund is the sum of its lines, and the state of a refund agrees with its calls to the payment provider.',
    sql: `select r.id as "refundId", r.order_id as "orderId", r.amount, l.amount as "linesAmount", r.state, c.calls
      from refunds r left join (select refund_id, sum(amount) as amount from refund_lines group by refund_id) l on l.refund_id = r.id
        left join (select refund_id, count(*) as calls, bool_or(status in ('pending', 'unknown')) as open,
          bool_or(status = 'done') as done from payment_operations group by refund_id) c on c.refund_id = r.id
      where r.credited <> coalesce(l.amount, 0) or r.cause not in ('provider', 'outside') and (r.credited is null and r.amount > coalesce(l.amount, 0)
        or c.calls is null or (r.state = 'pending') <> coalesce(c.open, false)
        or (r.state = 'succeeded') <> coalesce(c.done and not c.open, false))`,
  },
  {
    name: 'orders.commands-are-decided',
    says: 'No order command stays pending for longer than 10 minutes.',
    sql: `select id as "commandId", order_id as "orderId", kind, created_at as "createdAt" from order_commands
      where state = 'pending' and created_at < now() - ${GRACE}`,
  },
];
