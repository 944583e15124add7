import { z } from 'zod';
import { REVIEW_STATES } from '../../../domain/reviews/states.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../list-query.ts';
import { moderationRoutes } from './moderation.ts';
import { policyRoutes } from './policy.ts';
import { recountRoute } from './recount.ts';
import { replyRoutes } from './reply.ts';
import { moderatedReviewSchema, readModeratedReviews, readReviewDetail, reviewDetailSchema } from './review-view.ts';

const PATH = '/api/v1/admin/reviews';
const common = { access: 'staff', tag: 'Reviews', permission: 'reviews:moderate' } as const;

/** Reviews for moderators: list, decide, reply, policy and statistics. */
export const reviewAdminRoutes = (deps: ApiDeps): AnyRoute[] => [
  list(deps),
  // Before the routes of one review: `policy` and `claim` must not match `{id}`.
  ...policyRoutes(deps),
  ...moderationRoutes(deps),
  ...replyRoutes(deps),
  recountRoute(deps),
  read(deps),
];

const list = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: PATH,
    summary: 'List reviews, newest first; `state=held` lists those that need a moderator',
    query: z.strictObject({
      ...pageQuery,
      state: z.enum(REVIEW_STATES).optional(),
      productId: z.uuid().optional(),
    }),
    answers: { 200: { description: 'A page of reviews', schema: pageSchema(moderatedReviewSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor, state = null, productId = null } }) {
      const list = { reviews: true, state, productId };
      const before = readCursorId(list, cursor);
      const rows = await readModeratedReviews(db.search, { state, productId, before, limit: limit + 1 });
      return { status: 200, body: paginate(list, rows, limit) };
    },
  });

const read = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: `${PATH}/{id}`,
    summary: 'Retrieve a review with its history and reports',
    params: z.object({ id: z.uuid() }),
    answers: { 200: { description: 'The review', schema: reviewDetailSchema } },
    errors: ['REVIEW_NOT_FOUND'],
    handle: async ({ params: { id } }) => ({ status: 200, body: await readReviewDetail(db.query, id) }),
  });
