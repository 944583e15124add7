import { localTime } from './local-time.ts';
import type { OrderRollUp } from './order-roll-up.ts';
import { ordersOf } from './sales.ts';

/**
 * The discounts of orders per local day on which the orders were placed. `cost` is what buyers saved, in paise. A use that was released
 * because the order was cancelled still counts.
 */
export const DISCOUNT_DAYS: OrderRollUp = {
  name: 'discounts',
  table: 'discount_days',
  keys: ['day', 'discount_id'],
  day: 'day',
  sums: ['uses', 'cost'],
  rows: (fence) => `select ${localTime('o.placed_at')}::date as day, r.discount_id, 1 as uses, r.amount as cost
    from ${ordersOf(fence, 'placed_at, checkout_id')}
      cross join lateral (select discount_id, amount from discount_redemptions where checkout_id = o.checkout_id ${fence}) as r`,
};
