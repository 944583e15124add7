import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { claim, claimNext, release } from '../../../entities/review/claim.ts';
import { lockReview, moveReview, STATE_OF } from '../../../entities/review/review.ts';
import { settleReports } from '../../../entities/review/votes-and-reports.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { staffMember } from '../../auth/principal.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, type Call, route } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import { adminEdit } from '../change.ts';
import { readReviewFile, reviewFileSchema } from './review-view.ts';

const PATH = '/api/v1/admin/reviews';
const common = { method: 'post', access: 'person', tag: 'Reviews', permission: 'reviews:moderate' } as const;
const params = z.object({ id: z.uuid() });

/** The queue of moderators: each works on reviews that are theirs alone. */
export const moderationRoutes = (deps: ApiDeps): AnyRoute[] => [
  takeNext(deps),
  take(deps),
  giveBack(deps),
  decide(deps),
];

const taken = { description: 'It is yours for 15 minutes', schema: reviewFileSchema };

const takeNext = (deps: ApiDeps) =>
  route({
    ...common,
    path: `${PATH}/claim`,
    summary: 'Take the review that has waited longest',
    answers: { 200: taken, 204: { description: 'None waits' } },
    handle(call) {
      const { accountId: moderatorId } = staffMember(call.principal);
      const work = async (tx: Tx) => {
        const id = await claimNext(tx, moderatorId);
        if (id === undefined) return { status: 204, headers: {}, body: {} };
        return { status: 200, headers: {}, body: await readReviewFile(tx.query, id) };
      };
      return edit(deps, call, { name: 'review.edit', scope: `${moderatorId} claim`, work });
    },
  });

type ReviewCall = Call<{ id: string }, unknown, unknown>;

/** Takes, keeps or gives back a review; the answer is the review. */
function hold(deps: ApiDeps, call: ReviewCall, change: typeof claim) {
  const { id } = call.params;
  const { accountId: moderatorId } = staffMember(call.principal);
  const work = async (tx: Tx) => {
    if (!(await change(tx, { id, moderatorId }))) {
      const { state, claim } = await readReviewFile(tx.query, id);
      throw refused('REVIEW_CLAIMED', { reviewId: id, state, claim });
    }
    return { status: 200, headers: {}, body: await readReviewFile(tx.query, id) };
  };
  return edit(deps, call, { name: 'review.edit', scope: `${id} claim`, work });
}

const take = (deps: ApiDeps) =>
  route({
    ...common,
    path: `${PATH}/{id}/claim`,
    summary: 'Take a review that waits, or keep it for longer',
    params,
    answers: { 200: taken },
    errors: ['REVIEW_NOT_FOUND', 'REVIEW_CLAIMED'],
    handle: (call) => hold(deps, call, claim),
  });

const giveBack = (deps: ApiDeps) =>
  route({
    ...common,
    path: `${PATH}/{id}/release`,
    summary: 'Give a review back to the others',
    params,
    answers: { 200: { description: 'Anybody may take it', schema: reviewFileSchema } },
    errors: ['REVIEW_NOT_FOUND', 'REVIEW_CLAIMED'],
    handle: (call) => hold(deps, call, release),
  });

const decide = (deps: ApiDeps) =>
  route({
    ...common,
    path: `${PATH}/{id}/decide`,
    summary: 'Publish or reject a review',
    description: 'One that waits must not be claimed by somebody else. What was decided may be decided otherwise.',
    params,
    body: z.strictObject({
      decision: z.enum(['approve', 'reject']),
      reason: z.string().trim().min(1).max(500).meta({ description: 'Kept with the history. Nothing personal.' }),
    }),
    answers: { 200: { description: 'As it is now', schema: reviewFileSchema } },
    errors: ['REVIEW_NOT_FOUND', 'REVIEW_CLAIMED', 'REVIEW_STATE_CONFLICT'],
    idempotent: true,
    handle(call) {
      const { id } = call.params;
      const { decision, reason } = call.body;
      const { accountId: moderatorId } = staffMember(call.principal);
      const work = async (tx: Tx) => {
        const review = await lockReview(tx, id);
        if (!review) throw refused('REVIEW_NOT_FOUND', { reviewId: id });
        if (review.state === 'held' && !(await claim(tx, { id, moderatorId })))
          throw refused('REVIEW_CLAIMED', { reviewId: id });
        const to = STATE_OF[decision];
        await moveReview(tx, review, { event: 'DECIDE', to, actor: `staff:${moderatorId}`, reason });
        settleReports(tx, id);
        await tx.write();
        const answer = { status: 200, headers: {}, body: await readReviewFile(tx.query, id) };
        return { answer, target: { type: 'review', id }, before: { state: review.state }, after: { state: to } };
      };
      return adminEdit(deps, call, { action: 'review.decide', scope: id, work });
    },
  });
