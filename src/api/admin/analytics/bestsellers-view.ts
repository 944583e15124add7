import { currentSums } from '../../../entities/analytics/order-roll-up.ts';
import { VARIANT_SALES } from '../../../entities/analytics/variant-sales.ts';
import type { Query } from '../../../infra/database/query.ts';
import type { DayRange } from './answer/day-range.ts';

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

/** SQL: the sums per variant from day `from` to day `to`: complete months by month, other days by day. */
function sumsOf(from: string, to: string): string {
  const [first, end] = [`date_trunc('month', ${from}::date + interval '1 month -1 day')::date`, `(${to}::date + 1)`];
  const last = `greatest(date_trunc('month', ${end})::date, ${first})`;
  const isInMonth = `start >= ${first} and start < ${last}`;
  return `select variant_id, sum(units)::bigint as units, sum(revenue)::bigint as revenue
    from (${currentSums(VARIANT_SALES)}) as sales
    where (grain = 'month' and ${isInMonth})
      or (grain = 'day' and start >= ${from}::date and start < ${end} and not (${isInMonth}))
    group by variant_id`;
}

/** Reads what sold best in a range, by units or by revenue, with the range before. */
export async function readBestsellers(
  search: Query,
  request: { range: DayRange; before: DayRange; of: Subject; sort: 'units' | 'revenue'; limit: number },
): Promise<Bestseller[]> {
  const { range, before, of, sort, limit } = request;
  const { id, joins, title, sku } = SOLD[of];
  const rows = await search<Omit<Bestseller, 'before'> & { unitsBefore: number; revenueBefore: number }>(
    `with sales as materialized (${sumsOf('$1', '$2')}), earlier as materialized (${sumsOf('$3', '$4')})
      select ${id} as id, min(${title}) as title, min(${sku}) as sku, sum(s.units)::bigint as units, sum(s.revenue)::bigint as revenue,
          coalesce(sum(e.units), 0)::bigint as "unitsBefore", coalesce(sum(e.revenue), 0)::bigint as "revenueBefore"
        from (sales s full join earlier e using (variant_id)) join variants v on v.id = variant_id join products p on p.id = v.product_id ${joins}
        group by ${id} having sum(s.units) > 0 order by sum(s.${sort}) desc, ${id} limit $5`,
    [range.from, range.to, before.from, before.to, limit],
  );
  return rows.map(({ unitsBefore, revenueBefore, ...row }) => ({
    ...row,
    before: { units: unitsBefore, revenue: revenueBefore },
  }));
}
