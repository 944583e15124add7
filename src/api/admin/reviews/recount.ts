import { enqueue } from '../../../entities/outbox/outbox.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { recountReviews } from '../../../jobs/reviews.ts';
import type { ApiDeps } from '../../deps.ts';
import { route } from '../../http/route.ts';
import { adminEdit } from '../change.ts';

/** The job runs every night as well; what it corrects is in the log as `review.statistics.corrected`. */
export const recountRoute = (deps: ApiDeps) =>
  route({
    method: 'post',
    path: '/api/v1/admin/reviews/statistics/recount',
    access: 'staff',
    tag: 'Reviews',
    permission: 'reviews:moderate',
    summary: 'Count the statistics of all products anew',
    answers: { 204: { description: 'It is being done' } },
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
