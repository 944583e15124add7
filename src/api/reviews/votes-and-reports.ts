import { z } from 'zod';
import { REPORT_REASONS } from '../../domain/reviews/states.ts';
import { readPolicy } from '../../entities/review/policy.ts';
import { moveReview } from '../../entities/review/review.ts';
import { lockForVoteOrReport, report, vote } from '../../entities/review/votes-and-reports.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { ownSession } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, type Call, route } from '../http/route.ts';
import { edit } from '../writes/edit.ts';
import { shown } from '../writes/publish-changes.ts';

const PATH = '/api/v1/store/reviews/{id}';
const common = {
  permission: 'reviews:create',
  access: 'customer',
  tag: 'Reviews',
  params: z.object({ id: z.uuid() }),
} as const;
const refusals = ['REVIEW_NOT_FOUND', 'REVIEW_IS_YOURS'] as const;

/** What customers think of the reviews of others. */
export const voteAndReportRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    ...common,
    method: 'put',
    path: `${PATH}/helpful`,
    summary: 'Find a review helpful',
    answers: { 200: { description: 'How many do', schema: z.object({ helpful: z.int() }) } },
    errors: [...refusals],
    handle: (call) => setVote(deps, call, true),
  }),
  route({
    ...common,
    method: 'delete',
    path: `${PATH}/helpful`,
    summary: 'Take that back',
    answers: { 200: { description: 'How many do', schema: z.object({ helpful: z.int() }) } },
    errors: [...refusals],
    handle: (call) => setVote(deps, call, false),
  }),
  route({
    ...common,
    method: 'post',
    path: `${PATH}/reports`,
    summary: 'Report a review; when several customers have, it waits for a person',
    body: z.strictObject({ reason: z.enum(REPORT_REASONS) }),
    answers: { 204: { description: 'Noted' } },
    errors: [...refusals],
    idempotent: true,
    handle(call) {
      const opinion = voteOrReportOf(call);
      const work = async (tx: Tx) => {
        const review = await lockForVoteOrReport(tx, opinion);
        const [reports, { policy }] = [await report(tx, opinion, call.body.reason), await readPolicy(tx.query)];
        if (reports >= policy.reportsToHold)
          await moveReview(tx, review, { event: 'REPORT', to: 'held', actor: 'reports', reason: `${reports} reports` });
        return { status: 204, headers: {}, body: {} };
      };
      return shown(deps, edit(deps, call, { name: 'review.edit', scope: `${opinion.id} report`, work }));
    },
  }),
];

type VoteOrReportCall = Call<{ id: string }, unknown, unknown>;

const voteOrReportOf = ({ params: { id }, principal }: VoteOrReportCall) => ({
  id,
  customerId: ownSession(principal).accountId,
});

function setVote(deps: ApiDeps, call: VoteOrReportCall, isHelpful: boolean) {
  const opinion = voteOrReportOf(call);
  const work = async (tx: Tx) => {
    await lockForVoteOrReport(tx, opinion);
    return { status: 200, headers: {}, body: { helpful: await vote(tx, opinion, isHelpful) } };
  };
  return shown(deps, edit(deps, call, { name: 'review.edit', scope: `${opinion.id} vote`, work }));
}
