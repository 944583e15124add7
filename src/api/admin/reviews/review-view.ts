import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { REVIEW_RULES } from '../../../domain/reviews/policy.ts';
import { REPORT_REASONS, REVIEW_STATES } from '../../../domain/reviews/states.ts';
import type { Query } from '../../../infra/database/query.ts';
import type { RowOf } from '../../fields/row-of.ts';
import { TRACE_ID, traceIdSchema } from '../../fields/trace-id.ts';
import { replySchema, reviewTextSchema } from '../../reviews/review-view.ts';

export const reasonSchema = z.object({ rule: z.enum(REVIEW_RULES), points: z.number(), times: z.int() });

/** A review as moderators see it. */
export const moderatedReviewSchema = z
  .object({
    id: z.uuid(),
    productId: z.uuid(),
    variantId: z.uuid(),
    customerId: z.uuid(),
    ...reviewTextSchema.shape,
    state: z.enum(REVIEW_STATES),
    score: z.int().nullable(),
    reasons: z.array(reasonSchema),
    isVerified: z.boolean(),
    helpful: z.int(),
    reports: z.int().meta({ description: 'Open reports by customers.' }),
    reply: replySchema,
    claim: z
      .object({ by: z.uuid(), until: z.iso.datetime() })
      .nullable()
      .meta({ description: 'The moderator who works on the review; null without a claim or after it has expired.' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    version: z.int(),
  })
  .meta({ id: 'ModeratedReview' });

export const reviewDetailSchema = moderatedReviewSchema
  .extend({
    history: z.array(
      z.object({
        from: z.enum(REVIEW_STATES).nullable(),
        to: z.enum(REVIEW_STATES),
        event: z.string(),
        revision: z.int(),
        actor: z.string(),
        reason: z.string().nullable(),
        requestId: z.string().nullable(),
        traceId: traceIdSchema,
        at: z.iso.datetime(),
      }),
    ),
    reported: z.array(z.object({ reason: z.enum(REPORT_REASONS), at: z.iso.datetime(), isSettled: z.boolean() })),
  })
  .meta({ id: 'ReviewDetail' });

const COLUMNS = `id, product_id as "productId", variant_id as "variantId", customer_id as "customerId", rating, title, body, state, score,
  reasons, is_verified as "isVerified", helpful, reports, case when reply is not null then json_build_object('text', reply, 'at', replied_at) end as reply,
  case when claimed_until > now() then json_build_object('by', claimed_by, 'until', claimed_until) end as claim,
  created_at as "createdAt", updated_at as "updatedAt", version`;

export interface ReviewFilter {
  state: string | null;
  productId: string | null;
  before: string | null;
  limit: number;
}

/** Reads reviews as moderators see them, newest first. */
export const readModeratedReviews = (query: Query, { state, productId, before, limit }: ReviewFilter) =>
  query<RowOf<typeof moderatedReviewSchema>>(
    `select ${COLUMNS} from reviews where ($1::uuid is null or id < $1) and ($2::text is null or state = $2)
      and ($3::uuid is null or product_id = $3) order by id desc limit $4`,
    [before, state, productId, limit],
  );

/** Reads a review with its history and reports. @throws REVIEW_NOT_FOUND */
export async function readReviewDetail(query: Query, id: string): Promise<RowOf<typeof reviewDetailSchema>> {
  const [review] = await query<RowOf<typeof reviewDetailSchema>>(
    `select ${COLUMNS},
        (select json_agg(json_build_object('from', from_state, 'to', to_state, 'event', event, 'revision', revision, 'actor', actor,
          'reason', reason, 'requestId', request_id, 'traceId', ${TRACE_ID}, 'at', at) order by seq) from review_history where review_id = $1) as history,
        (select coalesce(json_agg(json_build_object('reason', reason, 'at', at, 'isSettled', settled_at is not null) order by at), '[]')
          from review_reports where review_id = $1) as reported
      from reviews where id = $1`,
    [id],
  );
  if (!review) throw refused('REVIEW_NOT_FOUND', { reviewId: id });
  return review;
}
