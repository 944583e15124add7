import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { Review } from '../../entities/review/review.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { moderateReview } from '../../jobs/reviews.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../admin/list-query.ts';
import { requireSession } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, route } from '../http/route.ts';
import { ownReviewSchema, readOwnReview, readOwnReviews, reviewInputSchema } from '../reviews/review-view.ts';
import { accept } from '../writes/accept.ts';
import { edit } from '../writes/edit.ts';
import { afterPublish } from '../writes/publish-changes.ts';

const PATH = '/api/v1/store/account/reviews';
const params = z.object({ id: z.uuid() });
const common = { access: 'customer', tag: 'Reviews' } as const;

/** The routes of the caller's own reviews. */
export const ownReviewRoutes = (deps: ApiDeps): AnyRoute[] => [list(deps), read(deps), update(deps), remove(deps)];

const list = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: PATH,
    permission: 'account:read',
    summary: 'List your reviews, newest first',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page of reviews', schema: pageSchema(ownReviewSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ principal, query: { limit, cursor } }) {
      const { accountId: customerId } = requireSession(principal);
      const list = { ownReviews: customerId };
      const rows = await readOwnReviews(db.search, {
        customerId,
        before: readCursorId(list, cursor),
        limit: limit + 1,
      });
      return { status: 200, body: paginate(list, rows, limit) };
    },
  });

const read = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: `${PATH}/{id}`,
    permission: 'account:read',
    summary: 'Retrieve one of your reviews',
    params,
    answers: { 200: { description: 'The review', schema: ownReviewSchema } },
    errors: ['REVIEW_NOT_FOUND'],
    async handle({ principal, params: { id } }) {
      const reading = await readOwnReview(db.query, requireSession(principal).accountId, id);
      if (!reading) throw refused('REVIEW_NOT_FOUND', { reviewId: id });
      return { status: 200, body: reading.view };
    },
  });

/** Locks a review of the caller. @throws REVIEW_NOT_FOUND */
async function lockOwn(tx: Tx, id: string, customerId: string): Promise<Review> {
  const review = await tx.lock(Review, { id });
  if (review?.customerId !== customerId || review.state === 'deleted')
    throw refused('REVIEW_NOT_FOUND', { reviewId: id });
  return review;
}

const update = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'patch',
    path: `${PATH}/{id}`,
    permission: 'reviews:update',
    summary: 'Update one of your reviews',
    description: 'The review is moderated again and stays hidden until then.',
    params,
    body: reviewInputSchema
      .partial()
      .refine((body) => Object.keys(body).length > 0, 'must have at least one field')
      .meta({ override: { minProperties: 1 } }),
    answers: {
      200: { description: 'The review, moderated', schema: ownReviewSchema },
      202: { description: 'The review; its moderation is pending', schema: ownReviewSchema },
    },
    errors: ['REVIEW_NOT_FOUND'],
    waits: true,
    handle(call) {
      const { id } = call.params;
      const { accountId: customerId } = requireSession(call.principal);
      return accept(deps, call, {
        name: 'review.edit',
        scope: id,
        read: (reviewId) => readOwnReview(deps.db.query, customerId, reviewId),
        async work(tx) {
          const review = await lockOwn(tx, id, customerId);
          const { rating, title, body } = review;
          const words = { rating, title, body, ...call.body };
          await review.move(tx, { event: 'EDIT', to: 'pending', actor: `customer:${customerId}`, words });
          await tx.write();
          const [view] = await readOwnReviews(tx.query, { customerId, id });
          const command = { contract: moderateReview, payload: { reviewId: id, revision: review.revision } };
          return { id, location: `${PATH}/${id}`, body: view ?? {}, command };
        },
      });
    },
  });

const remove = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'delete',
    path: `${PATH}/{id}`,
    permission: 'reviews:update',
    summary: 'Delete one of your reviews',
    description: 'You may then review the variant again.',
    params,
    answers: { 204: { description: 'Deleted' } },
    errors: ['REVIEW_NOT_FOUND'],
    handle(call) {
      const { id } = call.params;
      const { accountId: customerId } = requireSession(call.principal);
      const work = async (tx: Tx) => {
        const review = await lockOwn(tx, id, customerId);
        await review.delete(tx, `customer:${customerId}`);
        return { status: 204, headers: {}, body: {} };
      };
      return afterPublish(deps, edit(deps, call, { name: 'review.edit', scope: `${id} delete`, work }));
    },
  });
