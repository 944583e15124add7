import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';

/** Counts of the published reviews of a product or variant: all, verified, and per rating. */
export interface Statistics {
  count: number;
  verified: number;
  r1: number;
  r2: number;
  r3: number;
  r4: number;
  r5: number;
}

const COUNTS = ['count', 'verified', 'r1', 'r2', 'r3', 'r4', 'r5'] as const;
const RATINGS = [1, 2, 3, 4, 5];

/**
 * Adds a review to the statistics of its product and variant, or subtracts it. Locks their rows in the order of their
 * ids.
 */
export async function countReview(
  tx: Tx,
  review: { productId: string; variantId: string; rating: number; isVerified: boolean },
  by: 1 | -1,
): Promise<void> {
  const { productId, variantId, rating, isVerified } = review;
  const amounts = [1, Number(isVerified), ...RATINGS.map((each) => Number(each === rating))];
  const sets = COUNTS.map((name, i) => `${name} = s.${name} ${by === 1 ? '+' : '-'} $${i + 3}`).join(', ');
  // A subtracted review was counted before, so the row exists.
  const sql =
    by === 1
      ? `insert into review_statistics as s (subject, kind, ${COUNTS.join(', ')})
          select subject, kind, ${COUNTS.map((_, i) => `$${i + 3}::int`).join(', ')} from (values ($1::uuid, 'product'), ($2::uuid, 'variant')) v (subject, kind)
          order by subject on conflict (subject) do update set ${sets}`
      : `with locked as (select subject from review_statistics where subject in ($1::uuid, $2::uuid) order by subject for update)
          update review_statistics s set ${sets} from locked where s.subject = locked.subject`;
  await tx.query(sql, [productId, variantId, ...amounts]);
}

/** SQL that counts the approved reviews per product and per variant. */
export const RECOUNT = `select subject, kind, count(*)::int as count, (count(*) filter (where is_verified))::int as verified,
    ${RATINGS.map((each) => `(count(*) filter (where rating = ${each}))::int as r${each}`).join(', ')}
  from reviews r cross join lateral (values (r.product_id, 'product'), (r.variant_id, 'variant')) v (subject, kind)
  where state = 'approved'`;

/**
 * Inserts the missing statistics rows of products and variants with published reviews, so that `recount` finds them.
 */
export async function addMissing(tx: Tx): Promise<void> {
  await tx.query(
    `insert into review_statistics (subject, kind) select subject, kind from (${RECOUNT} group by subject, kind) c
      order by subject on conflict do nothing`,
  );
}

/** Lists the subjects that have a row, in the order of their ids, behind `after`. */
export async function subjectsAfter(query: Query, after: string | null, limit: number): Promise<string[]> {
  const rows = await query<{ subject: string }>(
    `select subject from review_statistics where ($1::uuid is null or subject > $1) order by subject limit $2`,
    [after, limit],
  );
  return rows.map(({ subject }) => subject);
}

/**
 * Corrects statistics under their row locks, so that a concurrent publication is counted, or waits.
 * @returns the corrected rows, before and after.
 */
export async function recount(
  tx: Tx,
  subjects: readonly string[],
): Promise<{ subject: string; was: object; is: object }[]> {
  await tx.query(`select 1 from review_statistics where subject = any($1) order by subject for update`, [subjects]);
  const list = COUNTS.join(', ');
  return tx.query<{ subject: string; was: object; is: object }>(
    `with counted as (select subject, ${list} from (${RECOUNT} and (product_id = any($1) or variant_id = any($1)) group by subject, kind) c
          where subject = any($1)),
        wrong as (select s.subject, to_jsonb(s) as was, ${COUNTS.map((name) => `coalesce(c.${name}, 0) as ${name}`).join(', ')}
          from review_statistics s left join counted c on c.subject = s.subject where s.subject = any($1)
            and (${COUNTS.map((name) => `s.${name}`).join(', ')}) is distinct from (${COUNTS.map((name) => `coalesce(c.${name}, 0)`).join(', ')}))
      update review_statistics s set ${COUNTS.map((name) => `${name} = w.${name}`).join(', ')} from wrong w
        where s.subject = w.subject returning s.subject, w.was, to_jsonb(s) as is`,
    [subjects],
  );
}
