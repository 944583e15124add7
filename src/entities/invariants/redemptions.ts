import { GRACE, type Invariant } from '../reconciliation/invariant.ts';

export const REDEMPTION_INVARIANTS: readonly Invariant[] = [
  {
    name: 'redemptions.are-counted',
    says: 'A usage counter of a discount equals the number of its held and consumed redemptions, and does not exceed its limit.',
    sql: `select coalesce(u.discount_id, r.discount_id) as "discountId", coalesce(u.counter, r.counter) as counter,
        u.used, u.most, r.redeemed
      from discount_uses u full join (select discount_id, counter, count(*) as redeemed
          from discount_redemptions, unnest(counters) as counter where status <> 'released' group by discount_id, counter) r
        on r.discount_id = u.discount_id and r.counter = u.counter
      where coalesce(u.used, 0) <> coalesce(r.redeemed, 0) or u.used > u.most`,
  },
  {
    name: 'redemptions.follow-their-checkout',
    says: 'A redemption is held while its checkout awaits payment, consumed if its order is not cancelled, and released otherwise.',
    sql: `select r.checkout_id as "checkoutId", r.discount_id as "discountId", r.status, c.state
      from discount_redemptions r join checkouts c on c.id = r.checkout_id
        left join orders o on o.id = c.order_id and o.state <> 'CANCELLED'
      where r.status is distinct from case when o.id is not null then 'consumed'
          when c.state in ('LOCKED', 'PAYMENT_PENDING', 'PAYMENT_CONFIRMED') then 'held' else 'released' end
        or (r.status = 'held' and c.expires_at < now() - ${GRACE})`,
  },
  {
    name: 'redemptions.are-the-discounts-of-the-price',
    says: 'The redemptions of a checkout equal the discounts in its pricing snapshot, with the same amounts.',
    sql: `select coalesce(r.checkout_id, s.checkout_id) as "checkoutId", coalesce(r.discount_id, s.discount_id) as "discountId",
        r.amount, s.amount as "pricedAmount"
      from (select * from discount_redemptions where checkout_id in (select checkout_id from pricing_snapshots)) r
        full join (select checkout_id, (d ->> 'id')::uuid as discount_id, (d ->> 'amount')::bigint as amount
          from pricing_snapshots, jsonb_array_elements(output -> 'discounts') as d) s
        on s.checkout_id = r.checkout_id and s.discount_id = r.discount_id
      where r.amount is distinct from s.amount`,
  },
  {
    name: 'redemptions.of-first-orders-come-once',
    says: 'A checkout has claimed the first order of its redeemer if, and only if, it has a first-order discount.',
    sql: `select coalesce(f.checkout_id, r.checkout_id) as "checkoutId", f.checkout_id is not null as taken
      from (select distinct checkout_id from first_orders) f
        full join (select distinct d.checkout_id from discount_redemptions d join checkouts c on c.id = d.checkout_id
          where d.is_first_order and d.status <> 'released' and c.redeemer is not null) r on r.checkout_id = f.checkout_id
      where f.checkout_id is null or r.checkout_id is null`,
  },
];
