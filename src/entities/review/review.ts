import { hash } from 'node:crypto';
import { refused } from '../../domain/errors.ts';
import type { Decision, Verdict } from '../../domain/reviews/moderate.ts';
import { isTransitionAllowed, type ReviewEvent, type ReviewState } from '../../domain/reviews/states.ts';
import { comparisonKey } from '../../domain/reviews/text.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { currentTrace } from '../../infra/observability/trace.ts';
import { countReview } from './statistics.ts';

/** The rating and text of a review. */
export interface ReviewText {
  rating: number;
  title: string;
  body: string;
}

export interface Review extends ReviewText {
  id: string;
  productId: string;
  variantId: string;
  customerId: string;
  isVerified: boolean;
  state: ReviewState;
  /** Each edit raises the revision; a verdict about an earlier revision is discarded. */
  revision: number;
  steps: number;
  reports: number;
  version: number;
}

/** A state transition of a review, with the other values that it changes. */
export interface Step {
  event: ReviewEvent;
  to: ReviewState;
  /** `customer:<id>`, `staff:<id>`, `moderation` or `reports`. */
  actor: string;
  reason?: string | undefined;
  verdict?: Verdict | undefined;
  words?: ReviewText | undefined;
  isVerified?: boolean;
}

const COLUMNS = `id, product_id as "productId", variant_id as "variantId", customer_id as "customerId", is_verified as "isVerified",
  rating, title, body, state, revision, steps, reports, version`;

export const STATE_OF: Record<Decision, ReviewState> = { approve: 'approved', hold: 'held', reject: 'rejected' };

/** Loads and locks a review. @returns undefined if it does not exist */
export async function lockReview(tx: Tx, id: string): Promise<Review | undefined> {
  const [found] = await tx.query<Review & Record<string, unknown>>(
    `select ${COLUMNS} from reviews where id = $1 for update`,
    [id],
  );
  return found;
}

/**
 * Stores a pending review. @returns its id
 * @throws REVIEW_EXISTS if the customer has reviewed this variant already, also for concurrent requests.
 */
export async function submitReview(
  tx: Tx,
  review: Pick<Review, 'productId' | 'variantId' | 'customerId' | 'isVerified'> & {
    orderId: string;
    words: ReviewText;
  },
): Promise<string> {
  const { productId, variantId, customerId, isVerified, orderId, words } = review;
  const id = newId();
  await tx.query(
    `insert into reviews (id, product_id, variant_id, customer_id, order_id, is_verified, rating, title, body, gist, state, steps, created_at, updated_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'pending', 1, $11, $11)`,
    [
      id,
      productId,
      variantId,
      customerId,
      orderId,
      isVerified,
      words.rating,
      words.title,
      words.body,
      gistOf(words),
      tx.now,
    ],
  );
  const keys = await tx.query(
    `insert into review_keys (customer_id, variant_id, review_id) values ($1, $2, $3) on conflict do nothing returning 1`,
    [customerId, variantId, id],
  );
  if (keys.length === 0) throw refused('REVIEW_EXISTS', { variantId });
  record(
    tx,
    { id, seq: 1, revision: 1, from: null },
    { to: 'pending', event: 'SUBMIT', actor: `customer:${customerId}` },
  );
  return id;
}

/**
 * Applies a state transition to a locked review, and updates its history and the statistics.
 * @throws REVIEW_STATE_CONFLICT if the state does not allow the transition.
 */
export async function moveReview(tx: Tx, review: Review, step: Step): Promise<void> {
  const { event, to, words, verdict, isVerified = review.isVerified } = step;
  const { id, state, revision, steps } = review;
  if (!isTransitionAllowed(event, state, to))
    throw refused('REVIEW_STATE_CONFLICT', { reviewId: id, state, asked: to });
  const next = { ...(words ?? review), isVerified };
  await tx.query(
    `update reviews set state = $2, rating = $3, title = $4, body = $5, gist = $6, is_verified = $7, revision = revision + $8,
        score = coalesce($9, score), reasons = coalesce($10::jsonb, reasons), reports = case when $2 = 'held' then reports else 0 end,
        steps = steps + 1, version = version + 1, claimed_by = null, claimed_until = null, updated_at = $11 where id = $1`,
    [
      ...[id, to, next.rating, next.title, next.body, to === 'deleted' ? null : gistOf(next), isVerified],
      ...[event === 'EDIT' ? 1 : 0, verdict?.score ?? null, verdict ? JSON.stringify(verdict.reasons) : null, tx.now],
    ],
  );
  record(tx, { id, seq: steps + 1, revision: event === 'EDIT' ? revision + 1 : revision, from: state }, step);
  if (state === 'approved') await countReview(tx, review, -1);
  if (to === 'approved') await countReview(tx, { ...review, ...next }, 1);
}

/** Deletes the text of a review. The customer may then review the variant again. */
export async function deleteReview(tx: Tx, review: Review, actor: string): Promise<void> {
  await moveReview(tx, review, {
    event: 'DELETE',
    to: 'deleted',
    actor,
    words: { rating: review.rating, title: '', body: '' },
  });
  await tx.query(`delete from review_keys where review_id = $1`, [review.id]);
}

/** Sets or removes the shop's public reply. It changes no state. @returns false if the review is deleted or unknown */
export async function setReply(tx: Tx, id: string, text: string | null): Promise<boolean> {
  const changed = await tx.query(
    `update reviews set reply = $2, replied_at = $3, updated_at = now(), version = version + 1
      where id = $1 and state <> 'deleted' returning 1`,
    [id, text, text === null ? null : tx.now],
  );
  return changed.length > 0;
}

function record(
  tx: Tx,
  { id, seq, revision, from }: { id: string; seq: number; revision: number; from: ReviewState | null },
  { event, to, actor, reason, verdict }: Omit<Step, 'event'> & { event: ReviewEvent | 'SUBMIT' },
): void {
  const what = { review_id: id, seq, revision, from_state: from, to_state: to, event, actor, reason: reason ?? null };
  const cause = { verdict: verdict ?? null, request_id: currentTrace()?.requestId ?? null, at: tx.now };
  tx.append('review_history', { ...what, ...cause });
}

/** Shorter texts can be equal by chance. */
const LEAST_WORDS = 6;

/** A hash that is equal for copies of a text; null for a text that is too short to compare. */
function gistOf({ body }: Pick<ReviewText, 'body'>): string | null {
  const text = comparisonKey(body);
  return text.split(' ').length < LEAST_WORDS ? null : hash('sha256', text, 'base64url');
}
