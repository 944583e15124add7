import type { Invariant } from '../reconciliation/invariant.ts';
import { CLOSED_BEFORE, countsWhere, RECENT } from './conversion/conversion-counts.ts';
import { DAY_DIFFERENCES } from './conversion/conversion-days.ts';
import { differences, recentDifferences } from './correct-sums.ts';
import { DISCOUNT_DAYS } from './discount-days.ts';
import { EVER, refundDifferences } from './refunds.ts';
import { SALES } from './sales.ts';
import { VARIANT_SALES } from './variant-sales.ts';

/**
 * SQL for the hours that answers do not count themselves and whose counts differ, although nothing changed since they were
 * counted.
 */
const CONVERSION_DIFFERENCES = `
  with counted as materialized (${countsWhere(`c.created_at >= ${RECENT} and c.created_at < ${CLOSED_BEFORE}`)}),
    changed as (select hour, max(changed_at) as at from counted group by hour),
    stored as (select * from conversion_hours where hour >= ${RECENT} and hour < ${CLOSED_BEFORE})
  select coalesce(c.hour, s.hour) as hour, coalesce(c.step, s.step) as step, coalesce(c.reason, s.reason) as reason,
      c.count as counted, s.count as stored
    from counted c full join stored s on s.hour = c.hour and s.step = c.step and s.reason = c.reason
    where coalesce(c.count, 0) <> coalesce(s.count, 0)
      and coalesce((select at from changed where hour = coalesce(c.hour, s.hour)), '-infinity')
        < (select min(counted_at) from stored where hour = coalesce(c.hour, s.hour)) - interval '10 min'`;

export const ANALYTICS_INVARIANTS: readonly Invariant[] = [
  {
    name: 'analytics.sales-are-their-orders',
    says: 'The sales of an hour equal the sums over its orders that are added up.',
    sql: differences(SALES),
    recent: recentDifferences(SALES),
  },
  {
    name: 'analytics.refunds-are-their-hours',
    says: 'The refunds of an hour equal the sums over its succeeded refunds, unless the hour is due to be summed up again.',
    sql: refundDifferences(EVER),
    recent: refundDifferences('$1'),
  },
  {
    name: 'analytics.conversion-is-its-checkouts',
    says: 'The counts of an hour of the last 25 days equal its carts and checkouts, if none of them changed since they were counted.',
    sql: CONVERSION_DIFFERENCES,
  },
  {
    name: 'analytics.conversion-days-are-their-hours',
    says: 'The counts of carts and checkouts of a day equal the sums of its hours.',
    sql: DAY_DIFFERENCES,
  },
  {
    name: 'analytics.variants-are-their-orders',
    says: 'The sales of a variant in a day or month equal the sums over its order lines that are added up.',
    sql: differences(VARIANT_SALES),
    recent: recentDifferences(VARIANT_SALES),
  },
  {
    name: 'analytics.discounts-are-their-orders',
    says: 'The uses and the cost of a discount in a day equal the sums over the orders that are added up.',
    sql: differences(DISCOUNT_DAYS),
    recent: recentDifferences(DISCOUNT_DAYS),
  },
];
