import { uuidv7Floor } from '../../infra/ids.ts';
import { GRACE, type Invariant } from '../reconciliation/invariant.ts';

/** SQL for the id from which movements are not in the opening balances. */
const OPENED = `coalesce((select openings_before from verification_checkpoint), '${uuidv7Floor(new Date(0))}')`;
/** SQL for variants with a changed movement that the opening balances may contain. */
const LATE = `select key as variant_id from late_changes where subject = 'variant'`;

export const STOCK_INVARIANTS: readonly Invariant[] = [
  {
    name: 'stock.levels-are-their-movements',
    says: 'The on-hand and reserved units of a stock level equal the sums of its inventory movements.',
    // With the opening balances, later movements are enough. `stock.openings-are-their-movements` proves the openings.
    sql: `with late as materialized (${LATE}), summed as (
        select variant_id, on_hand, reserved from stock_openings where variant_id not in (select variant_id from late)
        union all select variant_id, on_hand_delta, reserved_delta from inventory_movements where id >= ${OPENED}
        union all select variant_id, on_hand_delta, reserved_delta from inventory_movements
          where id < ${OPENED} and variant_id in (select variant_id from late))
      select coalesce(s.variant_id, m.variant_id) as "variantId", s.on_hand as "onHand", m.on_hand as "movedOnHand",
        s.reserved, m.reserved as "movedReserved"
      from stock_levels s full join (select variant_id, sum(on_hand)::bigint as on_hand, sum(reserved)::bigint as reserved
        from summed group by variant_id) m on m.variant_id = s.variant_id
      where (coalesce(s.on_hand, 0), coalesce(s.reserved, 0)) is distinct from (coalesce(m.on_hand, 0), coalesce(m.reserved, 0))`,
  },
  {
    name: 'stock.openings-are-their-movements',
    says: 'The opening balance of a variant equals the sums of its inventory movements before the checkpoint of bin/verify.',
    isOnlyFull: true,
    sql: `select coalesce(o.variant_id, m.variant_id) as "variantId", o.on_hand as "openingOnHand", m.on_hand as "movedOnHand",
        o.reserved as "openingReserved", m.reserved as "movedReserved"
      from stock_openings o full join (select variant_id, sum(on_hand_delta) as on_hand, sum(reserved_delta) as reserved
        from inventory_movements where id < ${OPENED} group by variant_id) m on m.variant_id = o.variant_id
      where (coalesce(o.on_hand, 0), coalesce(o.reserved, 0)) is distinct from (coalesce(m.on_hand, 0), coalesce(m.reserved, 0))
        and coalesce(o.variant_id, m.variant_id) not in (${LATE})`,
  },
  {
    name: 'stock.every-variant-has-a-level',
    says: 'Every variant has a stock level.',
    sql: `select v.id as "variantId" from variants v where not exists (select 1 from stock_levels s where s.variant_id = v.id)`,
  },
  {
    name: 'stock.reserved-is-held',
    says: 'The reserved units of a variant equal the sum of its held reservations.',
    sql: `select s.variant_id as "variantId", s.reserved, coalesce(r.held, 0) as held
      from stock_levels s left join (select variant_id, sum(quantity) as held from reservations
        where status = 'held' group by variant_id) r on r.variant_id = s.variant_id
      where s.reserved <> coalesce(r.held, 0)`,
  },
  {
    name: 'checkouts.hold-what-they-asked-for',
    says: 'A checkout that awaits payment has a reservation, held or released, for the quantity of each of its variants.',
    sql: `select c.id as "checkoutId", l.variant_id as "variantId", l.quantity, r.quantity as reserved from checkouts c join (select checkout_id, variant_id, sum(quantity) as quantity from checkout_lines group by checkout_id, variant_id) l
          on l.checkout_id = c.id
        left join reservations r on r.checkout_id = c.id and r.variant_id = l.variant_id
      where c.state in ('LOCKED', 'PAYMENT_PENDING') and r.quantity is distinct from l.quantity`,
  },
  {
    name: 'reservations.held-by-the-living',
    says: 'Only a checkout that awaits payment holds reservations, and for at most 10 minutes after they expire.',
    sql: `select r.checkout_id as "checkoutId", r.variant_id as "variantId", c.state, r.expires_at as "expiresAt"
      from reservations r join checkouts c on c.id = r.checkout_id
      where r.status = 'held' and (c.state not in ('LOCKED', 'PAYMENT_PENDING') or r.expires_at < now() - ${GRACE})`,
  },
  {
    name: 'reservations.consumed-by-orders',
    says: 'The reservations of a checkout are consumed if, and only if, it has an order.',
    sql: `select r.checkout_id as "checkoutId", r.variant_id as "variantId", r.status, c.state
      from reservations r join checkouts c on c.id = r.checkout_id left join orders o on o.id = c.order_id
      where (r.status = 'consumed') <> (o.id is not null)`,
  },
  {
    name: 'reservations.are-their-movements',
    says: 'The inventory movements of a checkout agree with the status of its reservations: held, released or consumed.',
    sql: `select r.checkout_id as "checkoutId", r.variant_id as "variantId", r.status, r.quantity,
        coalesce(m.reserved, 0) as "movedReserved", coalesce(m.on_hand, 0) as "movedOnHand"
      from reservations r left join (select cause_id, variant_id, sum(reserved_delta) as reserved,
          sum(on_hand_delta) as on_hand from inventory_movements where cause = 'checkout' group by cause_id, variant_id) m
        on m.cause_id = r.checkout_id and m.variant_id = r.variant_id
      where (coalesce(m.reserved, 0), coalesce(m.on_hand, 0)) is distinct from (case r.status
        when 'held' then (r.quantity::bigint, 0::bigint) when 'released' then (0::bigint, 0::bigint)
        else (0::bigint, -r.quantity::bigint) end)`,
  },
];
