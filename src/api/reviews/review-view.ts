import { z } from 'zod';
import { REVIEW_RULES } from '../../domain/reviews/policy.ts';
import { REVIEW_STATES } from '../../domain/reviews/states.ts';
import type { Query } from '../../infra/database/query.ts';

export const rating = z.int().min(1).max(5);

/** The longest title and body, in UTF-16 units. */
const MOST = { title: 150, body: 5_000 };
const text = (most: number) => z.string().trim().min(1).max(most);
/** A text that keeps its limit also in the form in which it is judged, where a ligature may become eighteen letters. */
const writtenText = (most: number) =>
  text(most)
    .refine((written) => written.normalize('NFKC').length <= most, {
      error: `must have at most ${most} characters, also in Unicode form NFKC`,
      when: ({ issues }) => issues.length === 0,
    })
    .meta({ description: `At most ${most} characters, also in Unicode form NFKC.` });

/** What a customer writes. */
export const wordsSchema = z.strictObject({ rating, title: writtenText(MOST.title), body: writtenText(MOST.body) });

/** What a customer wrote, in answers. */
export const writtenSchema = z.object({ rating, title: text(MOST.title), body: text(MOST.body) });

export const replySchema = z.object({ text: z.string(), at: z.iso.datetime() }).nullable();

/** A review as its author sees it. */
export const ownReviewSchema = z
  .object({
    id: z.uuid(),
    productId: z.uuid(),
    variantId: z.uuid(),
    ...writtenSchema.shape,
    state: z.enum(REVIEW_STATES).meta({ description: '`pending`: about to be judged; `held`: somebody looks at it.' }),
    reasons: z.array(z.enum(REVIEW_RULES)).meta({ description: 'What made it wait, or be rejected.' }),
    isVerified: z.boolean(),
    helpful: z.int(),
    reply: replySchema,
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    version: z.int(),
  })
  .meta({ id: 'OwnReview' });

export interface OwnReviewRow extends Record<string, unknown> {
  id: string;
  state: string;
}

/** Reviews of a customer that are not deleted, newest first: one of them, or those behind `before`. */
export const readOwnReviews = (
  query: Query,
  {
    customerId,
    id = null,
    before = null,
    limit = 1,
  }: { customerId: string; id?: string | null; before?: string | null; limit?: number },
): Promise<OwnReviewRow[]> =>
  query<OwnReviewRow>(
    `select id, product_id as "productId", variant_id as "variantId", rating, title, body, state, is_verified as "isVerified", helpful,
        (select coalesce(json_agg(reason ->> 'rule'), '[]') from jsonb_array_elements(reasons) reason where state <> 'approved') as reasons,
        case when reply is not null then json_build_object('text', reply, 'at', replied_at) end as reply,
        created_at as "createdAt", updated_at as "updatedAt", version
      from reviews where customer_id = $1 and state <> 'deleted' and ($2::uuid is null or id = $2) and ($3::uuid is null or id < $3)
      order by id desc limit $4`,
    [customerId, id, before, limit],
  );

/** One of them, and whether it still waits to be judged. */
export async function readOwnReview(query: Query, customerId: string, id: string) {
  const [view] = await readOwnReviews(query, { customerId, id });
  return view && { view, busy: view.state === 'pending' };
}
