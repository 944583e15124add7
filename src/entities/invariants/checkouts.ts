import { TERMINAL_STATES_SQL } from '../checkout/terminal-states.ts';
import { keptSince } from '../monthly-tables.ts';
import { GRACE, type Invariant } from '../reconciliation/invariant.ts';

const ENDED_WITHOUT_ORDER = `(${TERMINAL_STATES_SQL})`;

export const CHECKOUT_INVARIANTS: readonly Invariant[] = [
  {
    name: 'checkouts.history-leads-to-the-state',
    says: 'The history of a checkout has all transitions without gaps, and the last one ends in the state of the checkout.',
    sql: `select c.id as "checkoutId", c.state, c.steps, h.steps as "historySteps", h.last_state as "lastState", h.broken
      from checkouts c left join (
        select checkout_id, count(*) as steps, max(seq) as last_seq,
          (array_agg(to_state order by seq desc))[1] as last_state,
          count(*) filter (where from_state is distinct from before) as broken
        from (select *, lag(to_state) over (partition by checkout_id order by seq) as before from checkout_history) s
        group by checkout_id) h on h.checkout_id = c.id
      where c.created_at >= ${keptSince('checkout_history')} and (h.steps is distinct from c.steps or h.last_seq <> c.steps or h.last_state <> c.state or h.broken > 0)`,
  },
  {
    name: 'checkouts.completed-have-their-order',
    says: 'A checkout has an order if, and only if, it is completed.',
    sql: `select c.id as "checkoutId", c.state, o.id as "orderId" from checkouts c left join orders o on o.id = c.order_id
      where (c.state in ('ORDER_CREATED', 'COMPLETED')) <> (o.id is not null)
        or o.checkout_id is distinct from case when o.id is null then null else c.id end`,
  },
  {
    name: 'checkouts.price-is-the-snapshot',
    says: 'The total of a checkout equals the total of its pricing snapshot.',
    sql: `select c.id as "checkoutId", c.total, (s.output -> 'totals' ->> 'total')::bigint as "snapshotTotal"
      from checkouts c left join pricing_snapshots s on s.checkout_id = c.id
      where c.total is distinct from (s.output -> 'totals' ->> 'total')::bigint`,
  },
  {
    name: 'checkouts.are-not-forgotten',
    says: 'No checkout is busy without progress for longer than 10 minutes.',
    sql: `select id as "checkoutId", state, updated_at as "updatedAt" from checkouts
      where busy and updated_at < now() - ${GRACE}`,
  },
  {
    name: 'carts.belong-to-their-checkout',
    says: 'A cart in checkout has exactly one active checkout, an ordered cart has a completed checkout, and an open or merged cart has none of either.',
    sql: `select c.id as "cartId", c.status, array_agg(k.state) filter (where k.id is not null) as states
      from carts c left join checkouts k on k.cart_id = c.id and k.state not in ${ENDED_WITHOUT_ORDER}
      group by c.id, c.status
      having c.status <> case when count(k.id) = 0 and c.status = 'merged' then 'merged'
        when count(k.id) = 0 then 'open' when count(k.id) > 1 then 'two checkouts'
        when bool_or(k.state = 'COMPLETED') then 'ordered' else 'checkout' end`,
  },
  {
    name: 'outbox.is-delivered',
    says: 'No command stays in the outbox for longer than 10 minutes, unless it is parked.',
    sql: `select id, name, deliveries, created_at as "createdAt" from outbox
      where created_at < now() - ${GRACE} and parked_at is null`,
  },
  {
    name: 'webhooks.are-processed',
    says: 'No event of the payment provider stays unprocessed for longer than 10 minutes.',
    sql: `select provider, event_id as "eventId", type, received_at as "receivedAt" from webhook_inbox
      where processed_at is null and received_at < now() - ${GRACE}`,
  },
];
