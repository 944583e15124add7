import { pendingSums } from '../../../entities/analytics/order-roll-up.ts';
import { VARIANT_SALES } from '../../../entities/analytics/variant-sales.ts';
import type { Query } from '../../../infra/database/query.ts';
import type { DayRange } from './answer/day-range.ts';
import { monthsAndDays, type SignedSpan } from './answer/months-and-days.ts';

export const SUBJECTS = ['variants', 'products', 'collections'] as const;
export type Subject = (typeof SUBJECTS)[number];

export interface Bestseller {
  id: string;
  title: string;
  sku: string | null;
  units: number;
  revenue: number;
  before: { units: number; revenue: number };
}

/** SQL of the id and the texts of what is sold, over `v`, a variant that was sold. */
const SOLD: Record<Subject, { id: string; joins: string; title: string; sku: string }> = {
  variants: { id: 'v.id', joins: '', title: 'p.title', sku: 'v.sku' },
  products: { id: 'p.id', joins: '', title: 'p.title', sku: 'null::text' },
  collections: {
    id: 'c.id',
    joins: 'join product_collections pc on pc.product_id = p.id join collections c on c.id = pc.collection_id',
    title: 'c.title',
    sku: 'null::text',
  },
};

/** SQL: stored sums of variants in a span, added or subtracted. */
const storedSums = (grain: 'day' | 'month', { first, end, sign }: SignedSpan, bind: Bind): string =>
  `select variant_id, ${sign} * units as units, ${sign} * revenue as revenue from variant_sales
    where grain = '${grain}' and start >= ${bind(first)}::date and start < ${bind(end)}::date`;

/** SQL: the sums per variant in a range, with those of `pending`, the orders that are not added up yet. */
function sumsOf(range: DayRange, bind: Bind): string {
  const { months, days } = monthsAndDays(range);
  const stored = [
    storedSums('month', { ...months, sign: 1 }, bind),
    ...days.map((span) => storedSums('day', span, bind)),
  ];
  return `select variant_id, sum(units)::bigint as units, sum(revenue)::bigint as revenue from (${stored.join(' union all ')}
      union all select variant_id, units, revenue from pending
        where grain = 'day' and start between ${bind(range.from)}::date and ${bind(range.to)}::date) as sales
    group by variant_id`;
}

/** Adds a value to those of the statement. @returns its place in the SQL */
type Bind = (value: unknown) => string;

/** Reads what sold best in a range, by units or by revenue, with the range before. */
export async function readBestsellers(
  search: Query,
  request: { range: DayRange; before: DayRange; of: Subject; sort: 'units' | 'revenue'; limit: number },
): Promise<Bestseller[]> {
  const { range, before, of, sort, limit } = request;
  const { id, joins, title, sku } = SOLD[of];
  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const rows = await search<Omit<Bestseller, 'before'> & { unitsBefore: number; revenueBefore: number }>(
    `with pending as materialized (${pendingSums(VARIANT_SALES)}),
        sales as materialized (${sumsOf(range, bind)}), earlier as materialized (${sumsOf(before, bind)})
      select ${id} as id, min(${title}) as title, min(${sku}) as sku, sum(s.units)::bigint as units, sum(s.revenue)::bigint as revenue,
          coalesce(sum(e.units), 0)::bigint as "unitsBefore", coalesce(sum(e.revenue), 0)::bigint as "revenueBefore"
        from (sales s full join earlier e using (variant_id)) join variants v on v.id = variant_id join products p on p.id = v.product_id ${joins}
        group by ${id} having sum(s.units) > 0 order by sum(s.${sort}) desc, ${id} limit ${bind(limit)}`,
    values,
  );
  return rows.map(({ unitsBefore, revenueBefore, ...row }) => ({
    ...row,
    before: { units: unitsBefore, revenue: revenueBefore },
  }));
}
