import { z } from 'zod';
import { REVIEW_RULES } from '../../domain/reviews/policy.ts';
import { REVIEW_STATES } from '../../domain/reviews/states.ts';
import type { Query } from '../../infra/database/query.ts';
import type { RowOf } from '../fields/row-of.ts';

export const rating = z.int().min(1).max(5);

/** The maximum length of the title and the body, in UTF-16 code units. */
const MAX_LENGTH = { title: 150, body: 5_000 };
const text = (maxLength: number) => z.string().trim().min(1).max(maxLength);
/** Moderation reads the NFKC form, where a ligature may become 18 letters, so the limit applies to that form too. */
const inputText = (maxLength: number) =>
  text(maxLength)
    .refine((value) => value.normalize('NFKC').length <= maxLength, {
      error: `must have at most ${maxLength} characters, also in Unicode form NFKC`,
      when: ({ issues }) => issues.length === 0,
    })
    .meta({ description: `At most ${maxLength} characters, also in Unicode form NFKC.` });

/** The rating and the texts of a review in a request. */
export const reviewInputSchema = z.strictObject({
  rating,
  title: inputText(MAX_LENGTH.title),
  body: inputText(MAX_LENGTH.body),
});

/** The rating and the texts of a review in a response. */
export const reviewTextSchema = z.object({ rating, title: text(MAX_LENGTH.title), body: text(MAX_LENGTH.body) });

export const replySchema = z.object({ text: z.string(), at: z.iso.datetime() }).nullable();

/** The API representation of a review for its author. */
export const ownReviewSchema = z
  .object({
    id: z.uuid(),
    productId: z.uuid(),
    variantId: z.uuid(),
    ...reviewTextSchema.shape,
    state: z.enum(REVIEW_STATES).meta({ description: '`pending`: automatic moderation; `held`: waits for staff.' }),
    reasons: z.array(z.enum(REVIEW_RULES)).meta({ description: 'Rules that held or rejected the review.' }),
    isVerified: z
      .boolean()
      .meta({ description: 'Whether the author bought the variant and has not returned all of it.' }),
    helpful: z.int().meta({ description: 'Number of helpful votes.' }),
    reply: replySchema,
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    version: z.int(),
  })
  .meta({ id: 'OwnReview' });

type OwnReviewRow = RowOf<typeof ownReviewSchema>;

/** Lists reviews of a customer that are not deleted, newest first: the one with `id`, or those older than `before`. */
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

/** Reads a review of a customer, and whether its moderation is pending. */
export async function readOwnReview(query: Query, customerId: string, id: string) {
  const [view] = await readOwnReviews(query, { customerId, id });
  return view && { view, busy: view.state === 'pending' };
}
