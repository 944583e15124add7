import type { Decision, moderate, Reason } from '../../domain/reviews/moderate.ts';
import { DEFAULT_POLICY, type ReviewPolicy } from '../../domain/reviews/policy.ts';
import { newId } from '../../infra/ids.ts';
import type { Tx } from '../../infra/unit-of-work.ts';
import { IS_COPIED } from './policy.ts';
import type { Words } from './review.ts';

/** So many reviews that would be judged otherwise are shown; all are counted. */
const MOST_EXAMPLES = 50;

interface Trial {
  policy: ReviewPolicy;
  since: Date;
  cursor: string | null;
  lookedAt: number;
  changes: Record<string, number>;
  examples: Example[];
}

interface Example {
  reviewId: string;
  from: Decision;
  to: Decision;
  score: number;
  reasons: Reason[];
}

interface Past extends Words {
  id: string;
  isCopied: boolean;
  /** What it was judged to be. */
  decision: Decision;
}

/** Begins to try a policy on the reviews that were written since an instant. @returns the trial's id */
export async function beginTrial(
  tx: Tx,
  { policy, since, by }: { policy: ReviewPolicy; since: Date; by: string },
): Promise<string> {
  const id = newId();
  await tx.query(
    `insert into review_trials (id, policy, since, state, started_by, created_at) values ($1, $2, $3, 'running', $4, $5)`,
    [id, JSON.stringify(policy), since, by, tx.now],
  );
  return id;
}

/** Judges the next reviews by the policy that is tried, and changes none of them. @returns whether all are done */
export async function takeTrialFurther(
  tx: Tx,
  id: string,
  { limit, moderate: judge }: { limit: number; moderate: typeof moderate },
): Promise<boolean> {
  const [trial] = await tx.query<Trial & Record<string, unknown>>(
    `select policy, since, cursor, looked_at as "lookedAt", changes, examples from review_trials
      where id = $1 and state = 'running' for update`,
    [id],
  );
  if (!trial) return true;
  const past = await pastReviews(tx, trial, limit);
  for (const review of past) tryOn(trial, review, judge);
  const isOver = past.length < limit;
  await tx.query(
    `update review_trials set cursor = $2, looked_at = $3, changes = $4, examples = $5, state = $6, finished_at = $7 where id = $1`,
    [
      ...[id, past.at(-1)?.id ?? trial.cursor, trial.lookedAt + past.length],
      ...[
        JSON.stringify(trial.changes),
        JSON.stringify(trial.examples),
        isOver ? 'done' : 'running',
        isOver ? tx.now : null,
      ],
    ],
  );
  return isOver;
}

const pastReviews = (tx: Tx, { since, cursor }: Trial, limit: number): Promise<Past[]> =>
  tx.query<Past & Record<string, unknown>>(
    `select r.id, r.rating, r.title, r.body, ${IS_COPIED('r')} as "isCopied", h.verdict ->> 'decision' as decision
      from reviews r cross join lateral (select verdict from review_history
        where review_id = r.id and event = 'JUDGE' order by seq desc limit 1) h
      where r.created_at >= $1 and r.state in ('approved', 'held', 'rejected') and ($2::uuid is null or r.id > $2) order by r.id limit $3`,
    [since, cursor, limit],
  );

function tryOn(trial: Trial, review: Past, judge: typeof moderate): void {
  const { decision: to, score, reasons } = judge(review, { ...DEFAULT_POLICY, ...trial.policy });
  const from = review.decision;
  if (to === from) return;
  const way = `${from} -> ${to}`;
  trial.changes[way] = (trial.changes[way] ?? 0) + 1;
  if (trial.examples.length < MOST_EXAMPLES) trial.examples.push({ reviewId: review.id, from, to, score, reasons });
}
