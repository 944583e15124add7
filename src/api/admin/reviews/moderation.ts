import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { claim, claimNext, release } from '../../../entities/review/claim.ts';
import { Review, STATE_OF } from '../../../entities/review/review.ts';
import { settleReports } from '../../../entities/review/votes-and-reports.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { requireStaff } from '../../auth/principal.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, type Call, route } from '../../http/route.ts';
import { edit } from '../../writes/edit.ts';
import { adminEdit } from '../change.ts';
import { readReviewDetail, reviewDetailSchema } from './review-view.ts';

const PATH = '/api/v1/admin/reviews';
const common = { method: 'post', access: 'person', tag: 'Reviews', permission: 'reviews:moderate' } as const;
const params = z.object({ id: z.uuid() });

/** The moderation queue: a claim reserves a review for one moderator. */
export const moderationRoutes = (deps: ApiDeps): AnyRoute[] => [
  claimNextRoute(deps),
  claimRoute(deps),
  releaseRoute(deps),
  decide(deps),
];

const claimed = { description: 'The review, claimed for 15 minutes', schema: reviewDetailSchema };

const claimNextRoute = (deps: ApiDeps) =>
  route({
    ...common,
    path: `${PATH}/claim`,
    summary: 'Claim the oldest unclaimed review that needs a moderator',
    answers: { 200: claimed, 204: { description: 'No unclaimed review needs a moderator' } },
    handle(call) {
      const { accountId: moderatorId } = requireStaff(call.principal);
      const work = async (tx: Tx) => {
        const id = await claimNext(tx, moderatorId);
        if (id === undefined) return { status: 204, headers: {}, body: {} };
        return { status: 200, headers: {}, body: await readReviewDetail(tx.query, id) };
      };
      return edit(deps, call, { name: 'review.edit', scope: `${moderatorId} claim`, work });
    },
  });

const CLAIM_COMMANDS = { claim, release };
type ReviewCall = Call<{ id: string }, unknown, unknown>;

/** Claims, extends or releases a review and answers with the review. @throws REVIEW_CLAIMED, REVIEW_NOT_FOUND */
function changeClaim(deps: ApiDeps, call: ReviewCall, command: keyof typeof CLAIM_COMMANDS) {
  const { id } = call.params;
  const { accountId: moderatorId } = requireStaff(call.principal);
  const work = async (tx: Tx) => {
    if (!(await CLAIM_COMMANDS[command](tx, { id, moderatorId }))) {
      const { state, claim } = await readReviewDetail(tx.query, id);
      throw refused('REVIEW_CLAIMED', { reviewId: id, state, claim });
    }
    return { status: 200, headers: {}, body: await readReviewDetail(tx.query, id) };
  };
  const { body, headers, principal, raw } = call;
  // Claims and releases share a scope: the path keeps a key of one from answering the other.
  const request = { body, headers, principal, raw, params: { id, path: `${PATH}/${id}/${command}` } };
  return edit(deps, request, { name: 'review.edit', scope: `${id} claim`, work });
}

const claimRoute = (deps: ApiDeps) =>
  route({
    ...common,
    path: `${PATH}/{id}/claim`,
    summary: 'Claim a held review, or extend the claim',
    params,
    answers: { 200: claimed },
    errors: ['REVIEW_NOT_FOUND', 'REVIEW_CLAIMED'],
    handle: (call) => changeClaim(deps, call, 'claim'),
  });

const releaseRoute = (deps: ApiDeps) =>
  route({
    ...common,
    path: `${PATH}/{id}/release`,
    summary: 'Release a claimed review',
    params,
    answers: { 200: { description: 'The review; any moderator can claim it', schema: reviewDetailSchema } },
    errors: ['REVIEW_NOT_FOUND', 'REVIEW_CLAIMED'],
    handle: (call) => changeClaim(deps, call, 'release'),
  });

const decide = (deps: ApiDeps) =>
  route({
    ...common,
    path: `${PATH}/{id}/decide`,
    summary: 'Approve or reject a review',
    description: 'A held review must not be claimed by another moderator. A later decision replaces an earlier one.',
    params,
    body: z.strictObject({
      decision: z.enum(['approve', 'reject']),
      reason: z
        .string()
        .trim()
        .min(1)
        .max(500)
        .meta({ description: 'Stored in the review history. Do not include personal data.' }),
    }),
    answers: { 200: { description: 'The updated review', schema: reviewDetailSchema } },
    errors: ['REVIEW_NOT_FOUND', 'REVIEW_CLAIMED', 'REVIEW_STATE_CONFLICT'],
    idempotent: true,
    handle(call) {
      const { id } = call.params;
      const { decision, reason } = call.body;
      const { accountId: moderatorId } = requireStaff(call.principal);
      const work = async (tx: Tx) => {
        const review = await tx.lock(Review, { id });
        if (!review) throw refused('REVIEW_NOT_FOUND', { reviewId: id });
        if (review.state === 'held' && review.isClaimedByAnother(moderatorId, tx.now))
          throw refused('REVIEW_CLAIMED', { reviewId: id });
        const before = { state: review.state };
        const to = STATE_OF[decision];
        await review.move(tx, { event: 'DECIDE', to, actor: `staff:${moderatorId}`, reason });
        settleReports(tx, id);
        await tx.write();
        const answer = { status: 200, headers: {}, body: await readReviewDetail(tx.query, id) };
        return { answer, target: { type: 'review', id }, before, after: { state: to } };
      };
      return adminEdit(deps, call, { action: 'review.decide', scope: id, work });
    },
  });
