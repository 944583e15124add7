import { enqueue } from '../../../entities/outbox/outbox.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { recountReviews } from '../../../jobs/reviews.ts';
import type { ApiDeps } from '../../deps.ts';
import { route } from '../../http/route.ts';
import { adminEdit } from '../change.ts';

/** The job also runs every night; it logs each correction as `review.statistics.corrected`. */
export const recountRoute = (deps: ApiDeps) =>
  route({
    method: 'post',
    path: '/api/v1/admin/reviews/statistics/recount',
    access: 'staff',
    tag: 'Reviews',
    permission: 'reviews:moderate',
    summary: 'Recount the review statistics of all products',
    answers: { 204: { description: 'The recount is queued' } },
    idempotent: true,
    handle(call) {
      const work = async (tx: Tx) => {
        enqueue(tx, deps.queues, { contract: recountReviews, payload: {} });
        const answer = { status: 204, headers: {}, body: {} };
        return { answer, target: { type: 'review-statistics', id: 'all' }, before: null, after: null };
      };
      return adminEdit(deps, call, { action: 'review.recount', scope: 'new', work });
    },
  });
