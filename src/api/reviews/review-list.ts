import { z } from 'zod';
import type { Vault } from '../../entities/account/privacy/vault.ts';
import { openColumn } from '../../entities/account/privacy/vault.ts';
import type { Statistics } from '../../entities/review/statistics.ts';
import type { Database } from '../../infra/database/database.ts';
import type { Query } from '../../infra/database/query.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';
import { replySchema, reviewTextSchema } from './review-view.ts';

export const REVIEW_SORTS = ['newest', 'helpful', 'rating', '-rating'] as const;

const reviewSchema = z
  .object({
    id: z.uuid(),
    variantId: z.uuid(),
    ...reviewTextSchema.shape,
    author: z.string().nullable().meta({
      description: 'First name and initial of the last name, e.g. `Asha R.`; null when the account is erased.',
    }),
    isVerified: z
      .boolean()
      .meta({ description: 'Whether the author bought the variant and has not returned all of it.' }),
    helpful: z.int().meta({ description: 'Number of helpful votes.' }),
    reply: replySchema.meta({ description: 'Reply of the shop; null when there is none.' }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Review' });

const statisticsSchema = z
  .object({
    count: z.int(),
    average: z.number().nullable(),
    histogram: z.object({ 1: z.int(), 2: z.int(), 3: z.int(), 4: z.int(), 5: z.int() }),
    verifiedShare: z
      .number()
      .nullable()
      .meta({ description: 'Share of verified reviews, from 0 to 1; null without reviews.' }),
  })
  .meta({
    id: 'ReviewStatistics',
    description: 'Statistics of all published reviews of the product, or of the variant in `variantId`.',
  });

export const reviewListSchema = z
  .object({ data: z.array(reviewSchema), nextCursor: z.string().nullable(), statistics: statisticsSchema })
  .meta({ id: 'ReviewList' });

export interface ReviewListRequest {
  productId: string;
  sort: (typeof REVIEW_SORTS)[number];
  rating?: number | undefined;
  variantId?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** The sort orders: a numeric key, and the id to make the order unique. */
const ORDERS = {
  newest: { key: '0', by: 'id desc', after: `($5::int, id) < ($5::int, $6::uuid)` },
  helpful: { key: 'helpful', by: 'helpful desc, id desc', after: `(helpful, id) < ($5::int, $6::uuid)` },
  '-rating': { key: 'rating', by: 'rating desc, id desc', after: `(rating, id) < ($5::int, $6::uuid)` },
  rating: { key: 'rating', by: 'rating, id', after: `(rating, id) > ($5::int, $6::uuid)` },
};

interface Row extends Omit<z.infer<typeof reviewSchema>, 'createdAt' | 'author'> {
  createdAt: Date;
  key: number;
  customerId: string;
  name: string | null;
}

/** Reads one page of the published reviews of a product; undefined when it is not on sale. @throws CURSOR_INVALID */
export async function readReviewList({ db, vault }: { db: Database; vault: Vault }, request: ReviewListRequest) {
  const { productId, variantId, limit } = request;
  const cursorScope = [productId, request.sort, request.rating ?? null, variantId ?? null];
  const [statistics, rows] = await Promise.all([
    readStatistics(db.query, productId, variantId ?? productId),
    readRows(db.search, request, cursorScope),
  ]);
  if (!statistics) return undefined;
  const visible = rows.slice(0, limit);
  const last = rows.length > limit ? visible.at(-1) : undefined;
  const data = visible.map(({ key: _, customerId, name, ...row }) => {
    return { ...row, author: name && authorOf(openColumn(vault, name, `accounts.name:${customerId}`)) };
  });
  return { data, nextCursor: last ? writeCursor(cursorScope, last) : null, statistics: statisticsView(statistics) };
}

function readRows(
  query: Query,
  { productId, rating, variantId, limit, sort, cursor }: ReviewListRequest,
  cursorScope: unknown,
) {
  const { key, by, after } = ORDERS[sort];
  const position = cursor === undefined ? null : readCursor(cursorScope, cursor, z.int());
  return query<Row>(
    `select id, variant_id as "variantId", rating, title, body, is_verified as "isVerified", helpful, ${key} as key,
        case when reply is not null then json_build_object('text', reply, 'at', replied_at) end as reply, created_at as "createdAt",
        customer_id as "customerId", (select name from accounts where id = customer_id and status <> 'erased') as name
      from reviews where product_id = $1 and state = 'approved' and ($2::uuid is null or variant_id = $2)
        and ($3::int is null or rating = $3) ${position ? `and ${after}` : 'and $5::int is null and $6::uuid is null'}
      order by ${by} limit $4`,
    [productId, variantId ?? null, rating ?? null, limit + 1, position?.key ?? null, position?.id ?? null],
  );
}

async function readStatistics(query: Query, productId: string, subject: string): Promise<Statistics | undefined> {
  const [row] = await query<Statistics>(
    `select s.count, s.verified, s.r1, s.r2, s.r3, s.r4, s.r5
      from products p left join review_statistics s on s.subject = $2 where p.id = $1 and p.status = 'active'`,
    [productId, subject],
  );
  return row;
}

function statisticsView(statistics: Statistics): z.infer<typeof statisticsSchema> {
  const { count, verified, r1, r2, r3, r4, r5 } = statistics;
  const histogram = { 1: r1 ?? 0, 2: r2 ?? 0, 3: r3 ?? 0, 4: r4 ?? 0, 5: r5 ?? 0 };
  if (!count) return { count: 0, average: null, histogram, verifiedShare: null };
  const sum = r1 + 2 * r2 + 3 * r3 + 4 * r4 + 5 * r5;
  return {
    count,
    average: roundTo2Decimals(sum / count),
    histogram,
    verifiedShare: roundTo2Decimals(verified / count),
  };
}

const roundTo2Decimals = (value: number): number => Math.round(value * 100) / 100;

/** Shortens a name for the public: first name and the initial of the last name. */
function authorOf(name: string): string {
  const [first = '', ...others] = name.trim().split(/\s+/);
  const initial = others.at(-1)?.match(/./u)?.[0];
  return initial === undefined ? first : `${first} ${initial.toUpperCase()}.`;
}
