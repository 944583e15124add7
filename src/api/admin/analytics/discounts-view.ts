import { DISCOUNT_DAYS } from '../../../entities/analytics/discount-days.ts';
import { currentSums } from '../../../entities/analytics/order-roll-up.ts';
import type { Query } from '../../../infra/database/query.ts';
import type { DayRange } from './answer/day-range.ts';

interface DiscountUse {
  id: string;
  name: string;
  uses: number;
  cost: number;
  before: { uses: number; cost: number };
}

/** Reads the discounts of the orders of both ranges, dearest first. */
export async function readDiscounts(search: Query, range: DayRange, before: DayRange): Promise<DiscountUse[]> {
  const sum = (name: string, isNow: boolean): string =>
    `coalesce(sum(${name}) filter (where day ${isNow ? '>=' : '<'} $1::date), 0)::bigint`;
  const rows = await search<Omit<DiscountUse, 'before'> & { usesBefore: number; costBefore: number }>(
    `select d.id, d.name, ${sum('uses', true)} as uses, ${sum('cost', true)} as cost, ${sum('uses', false)} as "usesBefore",
        ${sum('cost', false)} as "costBefore"
      from (${currentSums(DISCOUNT_DAYS)}) as used join discounts d on d.id = used.discount_id
      where day >= $3::date and day <= $2::date group by d.id order by 4 desc, 3 desc, d.id`,
    [range.from, range.to, before.from],
  );
  return rows.map(({ usesBefore, costBefore, ...row }) => ({ ...row, before: { uses: usesBefore, cost: costBefore } }));
}
