import { localStart, localTime } from './local-time.ts';
import type { Fence, OrderRollUp } from './order-roll-up.ts';

const ORDER = 'placed_at, checkout_id, subtotal, discount, shipping, tax, total';

/** SQL that adds the order of each row of `n (number, order_id)` as `o`. */
export const ordersOf = (fence: Fence, columns = 'placed_at'): string =>
  `n cross join lateral (select ${columns} from orders where id = n.order_id ${fence}) as o`;

/** SQL that adds the lines of the order of each row of `n (number, order_id)` as `l`. */
export const linesOf = (fence: Fence, columns: string): string =>
  `cross join lateral (select ${columns} from order_lines where order_id = n.order_id ${fence}) as l`;

const HOUR = localStart('hour', 'o.placed_at');

/** SQL: whether the account `k.customer_id` has placed an order before the order `n`. */
const HAS_ORDERED = `exists (select 1 from checkouts e join order_numbers m on m.order_id = e.order_id
  where e.customer_id = k.customer_id and m.number < n.number)`;

/**
 * The orders per local hour in which they were placed. Amounts in paise; `revenue` is what buyers paid. Customers are those
 * who were signed in: an account that claims the order of a guest later does not change these sums.
 */
export const SALES: OrderRollUp = {
  name: 'sales',
  table: 'sales_hours',
  keys: ['hour'],
  day: `(${localTime('hour')})::date`,
  sums: ['orders', 'units', 'subtotal', 'discount', 'shipping', 'tax', 'revenue', 'new_customers', 'returning_orders'],
  rows: (
    fence,
  ) => `select ${HOUR} as hour, 1 as orders, 0 as units, o.subtotal, o.discount, o.shipping, o.tax, o.total as revenue,
      case when k.customer_id is not null and not ${HAS_ORDERED} then 1 else 0 end as new_customers,
      case when ${HAS_ORDERED} then 1 else 0 end as returning_orders
    from ${ordersOf(fence, ORDER)} cross join lateral (select customer_id from checkouts where id = o.checkout_id ${fence}) as k
    union all select ${HOUR}, 0, l.quantity, 0, 0, 0, 0, 0, 0, 0 from ${ordersOf(fence)} ${linesOf(fence, 'quantity')}`,
};
