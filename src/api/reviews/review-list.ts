import { z } from 'zod';
import type { Vault } from '../../entities/account/privacy/vault.ts';
import { opened } from '../../entities/account/privacy/vault.ts';
import type { Statistics } from '../../entities/review/statistics.ts';
import type { Database } from '../../infra/database/database.ts';
import type { Query } from '../../infra/database/query.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';
import { replySchema, writtenSchema } from './review-view.ts';

export const REVIEW_SORTS = ['newest', 'helpful', 'rating', '-rating'] as const;

const reviewSchema = z
  .object({
    id: z.uuid(),
    variantId: z.uuid(),
    ...writtenSchema.shape,
    author: z.string().nullable().meta({ description: 'First name and initial; null when the account is gone.' }),
    isVerified: z.boolean().meta({ description: 'The author bought it, and has kept something of it.' }),
    helpful: z.int(),
    reply: replySchema.meta({ description: 'What the shop says to it.' }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Review' });

export const statisticsSchema = z
  .object({
    count: z.int(),
    average: z.number().nullable(),
    histogram: z.object({ 1: z.int(), 2: z.int(), 3: z.int(), 4: z.int(), 5: z.int() }),
    verifiedShare: z.number().nullable().meta({ description: 'From 0 to 1.' }),
  })
  .meta({
    id: 'ReviewStatistics',
    description: 'Of all published reviews of the product, or of the variant asked for.',
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

/** One way to walk through the reviews: by a number, and by the id that makes it unique. */
const ORDERS = {
  newest: { key: '0', by: 'id desc', behind: `($5::int, id) < ($5::int, $6::uuid)` },
  helpful: { key: 'helpful', by: 'helpful desc, id desc', behind: `(helpful, id) < ($5::int, $6::uuid)` },
  '-rating': { key: 'rating', by: 'rating desc, id desc', behind: `(rating, id) < ($5::int, $6::uuid)` },
  rating: { key: 'rating', by: 'rating, id', behind: `(rating, id) > ($5::int, $6::uuid)` },
};

interface Row extends Omit<z.infer<typeof reviewSchema>, 'createdAt' | 'author'> {
  createdAt: Date;
  key: number;
  customerId: string;
  name: string | null;
}

/** A page of the published reviews of a product that is on sale; undefined when there is no such product. @throws CURSOR_INVALID */
export async function readReviewList({ db, vault }: { db: Database; vault: Vault }, request: ReviewListRequest) {
  const { productId, variantId, limit } = request;
  const list = [productId, request.sort, request.rating ?? null, variantId ?? null];
  const [counted, rows] = await Promise.all([
    readCounted(db.query, productId, variantId ?? productId),
    readRows(db.search, request, list),
  ]);
  if (!counted) return undefined;
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const data = shown.map(({ key: _, customerId, name, ...row }) => {
    return { ...row, author: name && authorOf(opened(vault, name, `accounts.name:${customerId}`)) };
  });
  return { data, nextCursor: last ? writeCursor(list, last) : null, statistics: statisticsOf(counted) };
}

function readRows(
  query: Query,
  { productId, rating, variantId, limit, sort, cursor }: ReviewListRequest,
  list: unknown,
) {
  const { key, by, behind } = ORDERS[sort];
  const position = cursor === undefined ? null : readCursor(list, cursor, z.int());
  return query<Row>(
    `select id, variant_id as "variantId", rating, title, body, is_verified as "isVerified", helpful, ${key} as key,
        case when reply is not null then json_build_object('text', reply, 'at', replied_at) end as reply, created_at as "createdAt",
        customer_id as "customerId", (select name from accounts where id = customer_id and status <> 'erased') as name
      from reviews where product_id = $1 and state = 'approved' and ($2::uuid is null or variant_id = $2)
        and ($3::int is null or rating = $3) ${position ? `and ${behind}` : 'and $5::int is null and $6::uuid is null'}
      order by ${by} limit $4`,
    [productId, variantId ?? null, rating ?? null, limit + 1, position?.key ?? null, position?.id ?? null],
  );
}

async function readCounted(query: Query, productId: string, subject: string): Promise<Statistics | undefined> {
  const [row] = await query<Statistics & Record<string, unknown>>(
    `select s.* from products p left join review_statistics s on s.subject = $2 where p.id = $1 and p.status = 'active'`,
    [productId, subject],
  );
  return row;
}

function statisticsOf(counted: Statistics): z.infer<typeof statisticsSchema> {
  const { count, verified, r1, r2, r3, r4, r5 } = counted;
  const histogram = { 1: r1 ?? 0, 2: r2 ?? 0, 3: r3 ?? 0, 4: r4 ?? 0, 5: r5 ?? 0 };
  if (!count) return { count: 0, average: null, histogram, verifiedShare: null };
  const sum = r1 + 2 * r2 + 3 * r3 + 4 * r4 + 5 * r5;
  return { count, average: rounded(sum / count), histogram, verifiedShare: rounded(verified / count) };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

/** As much of a name as others need to see. */
export function authorOf(name: string): string {
  const [first = '', ...others] = name.trim().split(/\s+/);
  const initial = others.at(-1)?.match(/./u)?.[0];
  return initial === undefined ? first : `${first} ${initial.toUpperCase()}.`;
}
