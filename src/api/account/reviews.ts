import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { deleteReview, lockReview, moveReview, type Review } from '../../entities/review/review.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { moderateReview } from '../../jobs/reviews.ts';
import { pageOf, pageQuery, startOf, toPage } from '../admin/list-query.ts';
import { ownSession } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, route } from '../http/route.ts';
import { ownReviewSchema, readOwnReview, readOwnReviews, wordsSchema } from '../reviews/review-view.ts';
import { accept } from '../writes/accept.ts';
import { edit } from '../writes/edit.ts';
import { shown } from '../writes/publish-changes.ts';

const PATH = '/api/v1/store/account/reviews';
const params = z.object({ id: z.uuid() });
const mine = { access: 'customer', tag: 'Reviews' } as const;

/** What a customer wrote about what they bought. */
export const ownReviewRoutes = (deps: ApiDeps): AnyRoute[] => [list(deps), read(deps), change(deps), remove(deps)];

const list = ({ db }: ApiDeps) =>
  route({
    ...mine,
    method: 'get',
    path: PATH,
    permission: 'account:read',
    summary: 'Your reviews, newest first',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'One page', schema: pageOf(ownReviewSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ principal, query: { limit, cursor } }) {
      const { accountId: customerId } = ownSession(principal);
      const list = { ownReviews: customerId };
      const rows = await readOwnReviews(db.search, { customerId, before: startOf(list, cursor), limit: limit + 1 });
      return { status: 200, body: toPage(list, rows, limit) };
    },
  });

const read = ({ db }: ApiDeps) =>
  route({
    ...mine,
    method: 'get',
    path: `${PATH}/{id}`,
    permission: 'account:read',
    summary: 'One of your reviews',
    params,
    answers: { 200: { description: 'The review', schema: ownReviewSchema } },
    errors: ['REVIEW_NOT_FOUND'],
    async handle({ principal, params: { id } }) {
      const reading = await readOwnReview(db.query, ownSession(principal).accountId, id);
      if (!reading) throw refused('REVIEW_NOT_FOUND', { reviewId: id });
      return { status: 200, body: reading.view };
    },
  });

/** The caller's review, under its lock. @throws REVIEW_NOT_FOUND */
async function lockOwn(tx: Tx, id: string, customerId: string): Promise<Review> {
  const review = await lockReview(tx, id);
  if (review?.customerId !== customerId || review.state === 'deleted')
    throw refused('REVIEW_NOT_FOUND', { reviewId: id });
  return review;
}

const change = (deps: ApiDeps) =>
  route({
    ...mine,
    method: 'patch',
    path: `${PATH}/{id}`,
    permission: 'reviews:update',
    summary: 'Write a review anew; it is judged again and not shown until then',
    params,
    body: wordsSchema
      .partial()
      .refine((body) => Object.keys(body).length > 0, 'Say what is to change.')
      .meta({ override: { minProperties: 1 } }),
    answers: {
      200: { description: 'The review, judged', schema: ownReviewSchema },
      202: { description: 'The review, about to be judged', schema: ownReviewSchema },
    },
    errors: ['REVIEW_NOT_FOUND'],
    waits: true,
    handle(call) {
      const { id } = call.params;
      const { accountId: customerId } = ownSession(call.principal);
      return accept(deps, call, {
        name: 'review.edit',
        scope: id,
        read: (reviewId) => readOwnReview(deps.db.query, customerId, reviewId),
        async work(tx) {
          const review = await lockOwn(tx, id, customerId);
          const { rating, title, body } = { ...review, ...call.body };
          const words = { rating, title, body };
          await moveReview(tx, review, { event: 'EDIT', to: 'pending', actor: `customer:${customerId}`, words });
          const [view] = await readOwnReviews(tx.query, { customerId, id });
          const command = { contract: moderateReview, payload: { reviewId: id, revision: review.revision + 1 } };
          return { id, location: `${PATH}/${id}`, body: view ?? {}, command };
        },
      });
    },
  });

const remove = (deps: ApiDeps) =>
  route({
    ...mine,
    method: 'delete',
    path: `${PATH}/{id}`,
    permission: 'reviews:update',
    summary: 'Delete a review; another may be written then',
    params,
    answers: { 204: { description: 'Deleted' } },
    errors: ['REVIEW_NOT_FOUND'],
    handle(call) {
      const { id } = call.params;
      const { accountId: customerId } = ownSession(call.principal);
      const work = async (tx: Tx) => {
        await deleteReview(tx, await lockOwn(tx, id, customerId), `customer:${customerId}`);
        return { status: 204, headers: {}, body: {} };
      };
      return shown(deps, edit(deps, call, { name: 'review.edit', scope: `${id} delete`, work }));
    },
  });
