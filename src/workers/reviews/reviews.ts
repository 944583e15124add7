import type { Verdict } from '../../domain/reviews/moderate.ts';
import { tellOfChanges } from '../../entities/outbox/cache-invalidations.ts';
import { acknowledge } from '../../entities/outbox/outbox.ts';
import { readPending, readPolicy } from '../../entities/review/policy.ts';
import { deliveredPurchase } from '../../entities/review/purchase.ts';
import { lockReview, moveReview, STATE_OF } from '../../entities/review/review.ts';
import { addMissing, recount, subjectsAfter } from '../../entities/review/statistics.ts';
import { nextPart, recordPart } from '../../entities/review/trial.ts';
import { type Tx, unitOfWork } from '../../infra/database/unit-of-work.ts';
import { observe } from '../../infra/observability/log.ts';
import { done, type Handler, handler, noop, type Outcome } from '../../infra/queue/worker.ts';
import { moderateReview, recountReviews, tryReviewPolicy } from '../../jobs/reviews.ts';
import type { WorkerDeps } from '../deps.ts';

/** Rows per transaction. */
const BATCH = 200;
/** Reviews that a trial judges before it stores how far it is. */
const TRIED_AT_ONCE = 50;

type PendingReview = { reviewId: string; revision: number };

/** Judges reviews, tries policies, and proves the statistics. */
export const reviewHandlers = (deps: WorkerDeps): Handler[] => [
  handler(moderateReview, async (review, { commandId }) => {
    // Before the transaction: whatever the text does to its judge, no lock is held meanwhile.
    const verdict = await judge(deps, review);
    const outcome = await unitOfWork(deps.db, moderateReview.name, async (tx) => {
      if (!(await acknowledge(tx, commandId))) return noop('done before');
      return verdict ? settle(tx, review, verdict) : noop(CHANGED_SINCE);
    });
    // Whoever waits for the verdict looks at the page next.
    await tellOfChanges(deps.db, deps.versions);
    deps.wake({ id: review.reviewId, busy: false });
    return outcome;
  }),

  handler(tryReviewPolicy, async ({ trialId }, { commandId }) => {
    for (;;) {
      const part = await nextPart(deps.db.query, trialId, TRIED_AT_ONCE);
      if (!part) break;
      const verdicts = await Promise.all(part.past.map((review) => deps.judge.judge(review, part.policy)));
      await unitOfWork(deps.db, tryReviewPolicy.name, (tx) => recordPart(tx, trialId, { ...part, verdicts }));
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
      const wrong = await unitOfWork(deps.db, recountReviews.name, (tx) => recount(tx, subjects));
      for (const each of wrong) observe('review.statistics.corrected', each);
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

/** @returns nothing when the review waits no more, or was edited */
async function judge({ db, judge: judges }: WorkerDeps, review: PendingReview): Promise<Verdict | undefined> {
  const [pending, { policy }] = await Promise.all([readPending(db.query, review), readPolicy(db.query)]);
  return pending && judges.judge(pending, policy);
}

async function settle(tx: Tx, { reviewId, revision }: PendingReview, verdict: Verdict): Promise<Outcome> {
  const review = await lockReview(tx, reviewId);
  if (review?.state !== 'pending' || review.revision !== revision) return noop(CHANGED_SINCE);
  const purchase = await deliveredPurchase(tx.query, review);
  const to = STATE_OF[verdict.decision];
  const isVerified = purchase?.isVerified ?? false;
  await moveReview(tx, review, { event: 'JUDGE', to, actor: 'moderation', verdict, isVerified });
  tx.afterCommit(() => observe('review.judged', { reviewId, kind: to, score: verdict.score }));
  return done;
}
