import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { lockActiveAccount } from '../../entities/account/privacy/erasure.ts';
import { deliveredPurchase } from '../../entities/review/purchase.ts';
import { submitReview } from '../../entities/review/review.ts';
import { moderateReview } from '../../jobs/reviews.ts';
import { requireSession } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, route } from '../http/route.ts';
import { answerOf } from '../store/cached-responses/cached-response.ts';
import { accept } from '../writes/accept.ts';
import { REVIEW_SORTS, reviewListSchema } from './review-list.ts';
import { ownReviewSchema, rating, readOwnReview, readOwnReviews, reviewInputSchema } from './review-view.ts';
import { voteAndReportRoutes } from './votes-and-reports.ts';

const PATH = '/api/v1/store/products/{id}/reviews';
const params = z.object({ id: z.uuid() });

/** The routes of product reviews. */
export const reviewRoutes = (deps: ApiDeps): AnyRoute[] => [list(deps), submit(deps), ...voteAndReportRoutes(deps)];

const list = ({ cachedResponses }: ApiDeps) =>
  route({
    method: 'get',
    path: PATH,
    permission: 'products:read',
    access: 'store',
    tag: 'Reviews',
    summary: 'List the published reviews of a product, with statistics',
    params,
    query: z.strictObject({
      sort: z.enum(REVIEW_SORTS).default('newest'),
      rating: z.coerce.number().pipe(rating).optional(),
      variantId: z.uuid().optional(),
      limit: z.coerce.number().int().min(1).max(100).default(24),
      cursor: z.string().min(1).max(2_000).optional(),
    }),
    answers: {
      200: { description: 'One page of reviews', schema: reviewListSchema },
      304: { description: 'The version of the client is current' },
    },
    errors: ['CURSOR_INVALID', 'PRODUCT_NOT_FOUND'],
    async handle({ params: { id }, query }) {
      const cached = await cachedResponses.reviews({ productId: id, ...query });
      if (!cached) throw refused('PRODUCT_NOT_FOUND', { product: id });
      return answerOf(cached);
    },
  });

const submit = (deps: ApiDeps) =>
  route({
    method: 'post',
    path: PATH,
    permission: 'reviews:create',
    access: 'customer',
    tag: 'Reviews',
    summary: 'Create a review of a variant delivered to you',
    description: 'One review per variant. Rules moderate the review immediately, or hold it for staff.',
    params,
    body: reviewInputSchema.extend({ variantId: z.uuid() }),
    answers: {
      200: { description: 'The review, moderated', schema: ownReviewSchema },
      202: { description: 'The review; its moderation is pending', schema: ownReviewSchema },
    },
    errors: ['VARIANT_NOT_FOUND', 'PURCHASE_REQUIRED', 'REVIEW_EXISTS', 'ACCOUNT_STATE_CONFLICT'],
    idempotent: true,
    waits: true,
    handle(call) {
      const { accountId: customerId } = requireSession(call.principal);
      const { variantId, ...words } = call.body;
      const productId = call.params.id;
      return accept(deps, call, {
        name: 'review.submit',
        scope: `${productId} ${variantId}`,
        read: (id) => readOwnReview(deps.db.query, customerId, id),
        async work(tx) {
          // Without this lock a review could be stored after the erasure of its author.
          if (!(await lockActiveAccount(tx, customerId))) throw refused('ACCOUNT_STATE_CONFLICT');
          const sold = await tx.query(`select 1 from variants where id = $1 and product_id = $2`, [
            variantId,
            productId,
          ]);
          if (sold.length === 0) throw refused('VARIANT_NOT_FOUND', { variantId });
          const purchase = await deliveredPurchase(tx.query, { customerId, variantId });
          if (!purchase) throw refused('PURCHASE_REQUIRED', { variantId });
          const id = await submitReview(tx, { productId, variantId, customerId, ...purchase, words });
          const [body = {}] = await readOwnReviews(tx.query, { customerId, id });
          const command = { contract: moderateReview, payload: { reviewId: id, revision: 1 } };
          return { id, location: `/api/v1/store/account/reviews/${id}`, body, command };
        },
      });
    },
  });
