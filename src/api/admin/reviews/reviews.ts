import { z } from 'zod';
import { REVIEW_STATES } from '../../../domain/reviews/states.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { pageOf, pageQuery, startOf, toPage } from '../list-query.ts';
import { moderationRoutes } from './moderation.ts';
import { policyRoutes } from './policy.ts';
import { recountRoute } from './recount.ts';
import { replyRoutes } from './reply.ts';
import { moderatedSchema, readModerated, readReviewFile, reviewFileSchema } from './review-view.ts';

const PATH = '/api/v1/admin/reviews';
const common = { access: 'staff', tag: 'Reviews', permission: 'reviews:moderate' } as const;

/** Reviews as staff see and decide them. */
export const reviewAdminRoutes = (deps: ApiDeps): AnyRoute[] => [
  list(deps),
  // Before a single review: `policy` and `claim` are not ids.
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
    summary: 'Reviews, newest first; with `state=held` those that wait for somebody',
    query: z.strictObject({
      ...pageQuery,
      state: z.enum(REVIEW_STATES).optional(),
      productId: z.uuid().optional(),
    }),
    answers: { 200: { description: 'One page', schema: pageOf(moderatedSchema) } },
    errors: ['CURSOR_INVALID'],
    async handle({ query: { limit, cursor, state = null, productId = null } }) {
      const list = { reviews: true, state, productId };
      const before = startOf(list, cursor);
      const rows = await readModerated(db.search, { state, productId, before, limit: limit + 1 });
      return { status: 200, body: toPage(list, rows, limit) };
    },
  });

const read = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: `${PATH}/{id}`,
    summary: 'A review with its history and reports',
    params: z.object({ id: z.uuid() }),
    answers: { 200: { description: 'The review', schema: reviewFileSchema } },
    errors: ['REVIEW_NOT_FOUND'],
    handle: async ({ params: { id } }) => ({ status: 200, body: await readReviewFile(db.query, id) }),
  });
