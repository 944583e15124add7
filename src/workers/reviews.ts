import { tellOfChanges } from '../entities/invalidations.ts';
import { acknowledge } from '../entities/outbox.ts';
import { isCopied, readPolicy } from '../entities/reviews/policy.ts';
import { deliveredPurchase } from '../entities/reviews/purchase.ts';
import { lockReview, moveReview, STATE_OF } from '../entities/reviews/review.ts';
import { addMissing, recount, subjectsAfter } from '../entities/reviews/statistics.ts';
import { takeTrialFurther } from '../entities/reviews/trial.ts';
import { observe } from '../infra/log.ts';
import { type Tx, unitOfWork } from '../infra/unit-of-work.ts';
import { done, type Handler, handler, noop, type Outcome } from '../infra/worker.ts';
import { moderateReview, recountReviews, tryReviewPolicy } from '../jobs/reviews.ts';
import type { WorkerDeps } from './deps.ts';

/** Rows per transaction. */
const BATCH = 200;
/** Judging takes a millisecond of the processor each: others have their turn in between. */
const JUDGED_AT_ONCE = 50;

/** Dictionaries take long to load: a worker that judges nothing starts without them. */
const judging = () => import('../domain/reviews/moderate.ts');

/** Judges reviews, tries policies, and proves the statistics. */
export const reviewHandlers = (deps: WorkerDeps): Handler[] => [
  handler(moderateReview, async ({ reviewId, revision }, { commandId }) => {
    await judging();
    const outcome = await unitOfWork(deps.db, moderateReview.name, async (tx) => {
      if (!(await acknowledge(tx, commandId))) return noop('done before');
      return judge(tx, { reviewId, revision });
    });
    // Whoever waits for the verdict looks at the page next.
    await tellOfChanges(deps.db, deps.versions);
    deps.wake({ id: reviewId, busy: false });
    return outcome;
  }),

  handler(tryReviewPolicy, async ({ trialId }, { commandId }) => {
    const { moderate } = await judging();
    for (let isOver = false; !isOver; ) {
      isOver = await unitOfWork(deps.db, tryReviewPolicy.name, (tx) =>
        takeTrialFurther(tx, trialId, { limit: JUDGED_AT_ONCE, moderate }),
      );
      await new Promise(setImmediate);
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

async function judge(tx: Tx, { reviewId, revision }: { reviewId: string; revision: number }): Promise<Outcome> {
  const review = await lockReview(tx, reviewId);
  if (review?.state !== 'pending' || review.revision !== revision) return noop('it has changed since');
  const [{ moderate }, { policy }, copied, purchase] = await Promise.all([
    judging(),
    readPolicy(tx.query),
    isCopied(tx.query, reviewId),
    deliveredPurchase(tx.query, review),
  ]);
  const verdict = moderate({ ...review, isCopied: copied }, policy);
  const to = STATE_OF[verdict.decision];
  const isVerified = purchase?.isVerified ?? false;
  await moveReview(tx, review, { event: 'JUDGE', to, actor: 'moderation', verdict, isVerified });
  tx.afterCommit(() => observe('review.judged', { reviewId, kind: to, score: verdict.score }));
  return done;
}
