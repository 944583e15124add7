import type { Verdict } from '../../domain/reviews/moderate.ts';
import { publishInvalidations } from '../../entities/outbox/cache-invalidations.ts';
import { acknowledge } from '../../entities/outbox/outbox.ts';
import { readPending, readPolicy } from '../../entities/review/policy.ts';
import { deliveredPurchase } from '../../entities/review/purchase.ts';
import { Review, STATE_OF } from '../../entities/review/review.ts';
import { addMissing, recount, subjectsAfter } from '../../entities/review/statistics.ts';
import { loadNextBatch, recordBatch } from '../../entities/review/trial.ts';
import { type Tx, unitOfWork } from '../../infra/database/unit-of-work.ts';
import { observe } from '../../infra/observability/log.ts';
import { done, handler, type JobOutcome, noop } from '../../infra/queue/handler.ts';
import { moderateReview, recountReviews, tryReviewPolicy } from '../../jobs/reviews.ts';
import type { WorkerDeps } from '../deps.ts';

/** Rows per transaction. */
const BATCH = 200;
/** Reviews that a policy trial judges before it stores its progress. */
const TRIAL_BATCH = 50;

type PendingReview = { reviewId: string; revision: number };

/** Moderates reviews, runs policy trials and recounts the statistics. */
export const reviewHandlers = (deps: WorkerDeps) => [
  handler(moderateReview, async (review, { commandId }) => {
    // Judge before the transaction, so that a slow verdict holds no lock.
    const verdict = await judge(deps, review);
    const outcome = await unitOfWork(deps.db, moderateReview.name, async (tx) => {
      if (!(await acknowledge(tx, commandId))) return noop('done before');
      return verdict ? settle(tx, review, verdict) : noop(CHANGED_SINCE);
    });
    // The waiting client reads the product page next: announce the changes before waking it.
    await publishInvalidations(deps.db, deps.versions);
    deps.wake({ id: review.reviewId, busy: false });
    return outcome;
  }),

  handler(tryReviewPolicy, async ({ trialId }, { commandId }) => {
    for (;;) {
      const part = await loadNextBatch(deps.db.query, trialId, TRIAL_BATCH);
      if (!part) break;
      const verdicts = await Promise.all(part.past.map((review) => deps.judge.judge(review, part.policy)));
      await unitOfWork(deps.db, tryReviewPolicy.name, (tx) => recordBatch(tx, trialId, { ...part, verdicts }));
    }
    return unitOfWork(deps.db, tryReviewPolicy.name, async (tx) => {
      await acknowledge(tx, commandId);
      return done;
    });
  }),

  handler(recountReviews, async (_, { commandId }) => {
    await unitOfWork(deps.db, recountReviews.name, addMissing);
    for (let after: string | null = null; ; ) {
      const subjects: string[] = await subjectsAfter(deps.db.query, after, BATCH);
      const corrections = await unitOfWork(deps.db, recountReviews.name, (tx) => recount(tx, subjects));
      for (const correction of corrections) observe('review.statistics.corrected', correction);
      after = subjects.at(-1) ?? null;
      if (subjects.length < BATCH) break;
    }
    return unitOfWork(deps.db, recountReviews.name, async (tx) => {
      await acknowledge(tx, commandId);
      return done;
    });
  }),
];

const CHANGED_SINCE = 'it has changed since';

/** @returns undefined when the review is no longer pending, or was edited */
async function judge({ db, judge: judges }: WorkerDeps, review: PendingReview): Promise<Verdict | undefined> {
  const [pending, { policy }] = await Promise.all([readPending(db.query, review), readPolicy(db.query)]);
  return pending && judges.judge(pending, policy);
}

async function settle(tx: Tx, { reviewId, revision }: PendingReview, verdict: Verdict): Promise<JobOutcome> {
  const review = await tx.lock(Review, { id: reviewId });
  if (review?.state !== 'pending' || review.revision !== revision) return noop(CHANGED_SINCE);
  const purchase = await deliveredPurchase(tx.query, review);
  const to = STATE_OF[verdict.decision];
  const isVerified = purchase?.isVerified ?? false;
  await review.move(tx, { event: 'JUDGE', to, actor: 'moderation', verdict, isVerified });
  tx.afterCommit(() => observe('review.judged', { reviewId, kind: to, score: verdict.score }));
  return done;
}
