import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { Review } from '../../../entities/review/review.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, type Call, route } from '../../http/route.ts';
import { adminEdit } from '../change.ts';
import { readReviewDetail, reviewDetailSchema } from './review-view.ts';

const common = {
  path: '/api/v1/admin/reviews/{id}/reply',
  access: 'staff',
  tag: 'Reviews',
  permission: 'reviews:moderate',
  params: z.object({ id: z.uuid() }),
  answers: { 200: { description: 'The updated review', schema: reviewDetailSchema } },
} as const;

/** The public reply of the shop to a review. */
export const replyRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    ...common,
    method: 'put',
    summary: 'Publish a reply to a review',
    body: z.strictObject({ text: z.string().trim().min(1).max(2_000) }),
    errors: ['REVIEW_NOT_FOUND'],
    handle: (call) => setReply(deps, call, call.body.text),
  }),
  route({
    ...common,
    method: 'delete',
    summary: 'Delete the reply to a review',
    errors: ['REVIEW_NOT_FOUND'],
    handle: (call) => setReply(deps, call, null),
  }),
];

function setReply(deps: ApiDeps, call: Call<{ id: string }, unknown, unknown>, text: string | null) {
  const { id } = call.params;
  const work = async (tx: Tx) => {
    const review = await tx.lock(Review, { id });
    if (!review || review.state === 'deleted') throw refused('REVIEW_NOT_FOUND', { reviewId: id });
    review.answer(text, tx.now);
    await tx.write();
    const answer = { status: 200, headers: {}, body: await readReviewDetail(tx.query, id) };
    return { answer, target: { type: 'review', id }, before: null, after: { isAnswered: text !== null } };
  };
  return adminEdit(deps, call, { action: 'review.reply', scope: id, work });
}
