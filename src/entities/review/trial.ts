import type { Decision, Reason, Verdict } from '../../domain/reviews/moderate.ts';
import { DEFAULT_POLICY, type ReviewPolicy } from '../../domain/reviews/policy.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { IS_COPIED } from './policy.ts';
import type { ReviewText } from './review.ts';

/** Most examples of changed verdicts that a trial stores. It counts all changes. */
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

interface Past extends ReviewText {
  id: string;
  isCopied: boolean;
  /** The decision at that time. */
  decision: Decision;
}

/** Starts a trial of a policy on the reviews that were written since an instant. @returns the trial's id */
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

/** A batch of reviews that a trial judges. */
export interface TrialBatch {
  policy: ReviewPolicy;
  /** Id of the last review of the previous batch. */
  cursor: string | null;
  past: Past[];
  /** Whether this is the last batch. */
  isLast: boolean;
}

/** Loads the next batch of a trial. @returns undefined if the trial has ended */
export async function loadNextBatch(query: Query, id: string, limit: number): Promise<TrialBatch | undefined> {
  const [trial] = await query<Pick<Trial, 'policy' | 'since' | 'cursor'>>(
    `select policy, since, cursor from review_trials where id = $1 and state = 'running'`,
    [id],
  );
  if (!trial) return undefined;
  const past = await loadPastReviews(query, trial, limit);
  return { policy: { ...DEFAULT_POLICY, ...trial.policy }, cursor: trial.cursor, past, isLast: past.length < limit };
}

/** Adds the verdicts on a batch to the trial. They change no review. A batch that was recorded before has no effect. */
export async function recordBatch(
  tx: Tx,
  id: string,
  { cursor, past, isLast, verdicts }: TrialBatch & { verdicts: Verdict[] },
): Promise<void> {
  const [trial] = await tx.query<Pick<Trial, 'lookedAt' | 'changes' | 'examples'>>(
    `select looked_at as "lookedAt", changes, examples from review_trials
      where id = $1 and state = 'running' and cursor is not distinct from $2 for update`,
    [id, cursor],
  );
  if (!trial) return;
  past.forEach((review, index) => {
    const verdict = verdicts[index];
    if (verdict) recordDifference(trial, review, verdict);
  });
  const [state, finishedAt] = isLast ? ['done', tx.now] : ['running', null];
  await tx.query(
    `update review_trials set cursor = $2, looked_at = $3, changes = $4, examples = $5, state = $6, finished_at = $7 where id = $1`,
    [
      ...[id, past.at(-1)?.id ?? cursor, trial.lookedAt + past.length],
      ...[JSON.stringify(trial.changes), JSON.stringify(trial.examples), state, finishedAt],
    ],
  );
}

const loadPastReviews = (
  query: Query,
  { since, cursor }: Pick<Trial, 'since' | 'cursor'>,
  limit: number,
): Promise<Past[]> =>
  query<Past>(
    `select r.id, r.rating, r.title, r.body, ${IS_COPIED('r')} as "isCopied", h.verdict ->> 'decision' as decision
      from reviews r cross join lateral (select verdict from review_history
        where review_id = r.id and event = 'JUDGE' order by seq desc limit 1) h
      where r.created_at >= $1 and r.state in ('approved', 'held', 'rejected') and ($2::uuid is null or r.id > $2) order by r.id limit $3`,
    [since, cursor, limit],
  );

function recordDifference(
  { changes, examples }: Pick<Trial, 'changes' | 'examples'>,
  { id: reviewId, decision: from }: Past,
  { decision: to, score, reasons }: Verdict,
): void {
  if (to === from) return;
  const transition = `${from} -> ${to}`;
  changes[transition] = (changes[transition] ?? 0) + 1;
  if (examples.length < MOST_EXAMPLES) examples.push({ reviewId, from, to, score, reasons });
}
