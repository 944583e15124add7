import { localTime } from './local-time.ts';
import type { OrderRollUp } from './order-roll-up.ts';
import { linesOf, ordersOf } from './sales.ts';

const LINE = 'variant_id, quantity, line_total, discount, cgst + sgst + igst as tax';

/**
 * The sold units per variant, per day and per month: over a long range, months save reading days. `revenue` is what buyers
 * paid for the units, with tax, without delivery, in paise.
 */
export const VARIANT_SALES: OrderRollUp = {
  name: 'variants',
  table: 'variant_sales',
  keys: ['grain', 'start', 'variant_id'],
  day: 'start',
  sums: ['units', 'revenue'],
  rows: (fence) => `select grain, date_trunc(grain, ${localTime('o.placed_at')})::date as start, l.variant_id,
      l.quantity as units, l.line_total - l.discount + case when o.prices_include_tax then 0 else l.tax end as revenue
    from ${ordersOf(fence, 'placed_at, prices_include_tax')} ${linesOf(fence, LINE)}
      cross join (values ('day'), ('month')) as grains (grain)`,
};
