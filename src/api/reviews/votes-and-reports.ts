import { z } from 'zod';
import { REPORT_REASONS } from '../../domain/reviews/states.ts';
import { readPolicy } from '../../entities/review/policy.ts';
import { lockForVoteOrReport, report, vote } from '../../entities/review/votes-and-reports.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { requireSession } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, type Call, route } from '../http/route.ts';
import { edit } from '../writes/edit.ts';
import { afterPublish } from '../writes/publish-changes.ts';

const PATH = '/api/v1/store/reviews/{id}';
const common = {
  permission: 'reviews:create',
  access: 'customer',
  tag: 'Reviews',
  params: z.object({ id: z.uuid() }),
} as const;
const helpfulSchema = z.object({ helpful: z.int() });
const refusals = ['REVIEW_NOT_FOUND', 'REVIEW_IS_YOURS'] as const;

/** The routes for votes on reviews and reports of reviews. */
export const voteAndReportRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    ...common,
    method: 'put',
    path: `${PATH}/helpful`,
    summary: 'Vote for a review as helpful',
    answers: { 200: { description: 'The number of helpful votes', schema: helpfulSchema } },
    errors: [...refusals],
    handle: (call) => setVote(deps, call, true),
  }),
  route({
    ...common,
    method: 'delete',
    path: `${PATH}/helpful`,
    summary: 'Remove a helpful vote from a review',
    answers: { 200: { description: 'The number of helpful votes', schema: helpfulSchema } },
    errors: [...refusals],
    handle: (call) => setVote(deps, call, false),
  }),
  route({
    ...common,
    method: 'post',
    path: `${PATH}/reports`,
    summary: 'Report a review',
    description: 'After reports by several customers the review is hidden until staff check it.',
    body: z.strictObject({ reason: z.enum(REPORT_REASONS) }),
    answers: { 204: { description: 'The report is recorded' } },
    errors: [...refusals],
    idempotent: true,
    handle(call) {
      const voteOrReport = voteOrReportOf(call);
      const work = async (tx: Tx) => {
        const review = await lockForVoteOrReport(tx, voteOrReport);
        const [reports, { policy }] = [await report(tx, voteOrReport, call.body.reason), await readPolicy(tx.query)];
        if (reports >= policy.reportsToHold)
          await review.move(tx, { event: 'REPORT', to: 'held', actor: 'reports', reason: `${reports} reports` });
        return { status: 204, headers: {}, body: {} };
      };
      return afterPublish(deps, edit(deps, call, { name: 'review.edit', scope: `${voteOrReport.id} report`, work }));
    },
  }),
];

type VoteOrReportCall = Call<{ id: string }, unknown, unknown>;

const voteOrReportOf = ({ params: { id }, principal }: VoteOrReportCall) => ({
  id,
  customerId: requireSession(principal).accountId,
});

function setVote(deps: ApiDeps, call: VoteOrReportCall, isHelpful: boolean) {
  const voteOrReport = voteOrReportOf(call);
  const work = async (tx: Tx) => {
    await lockForVoteOrReport(tx, voteOrReport);
    return { status: 200, headers: {}, body: { helpful: await vote(tx, voteOrReport, isHelpful) } };
  };
  return afterPublish(deps, edit(deps, call, { name: 'review.edit', scope: `${voteOrReport.id} vote`, work }));
}
