import { hash } from 'node:crypto';
import { defineEntity, p } from '@mikro-orm/core';
import { refused } from '../../domain/errors.ts';
import type { Decision, Reason, Verdict } from '../../domain/reviews/moderate.ts';
import { isTransitionAllowed, type ReviewEvent, type ReviewState } from '../../domain/reviews/states.ts';
import { comparisonKey } from '../../domain/reviews/text.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { traceColumns } from '../../infra/observability/span.ts';
import { countReview } from './statistics.ts';

/** The rating and text of a review. */
export interface ReviewText {
  rating: number;
  title: string;
  body: string;
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

const ReviewSchema = defineEntity({
  name: 'Review',
  tableName: 'reviews',
  properties: {
    id: p.uuid().primary(),
    productId: p.uuid(),
    variantId: p.uuid(),
    customerId: p.uuid(),
    isVerified: p.boolean(),
    rating: p.smallint(),
    title: p.text(),
    body: p.text(),
    gist: p.text().nullable(),
    state: p.string().$type<ReviewState>(),
    revision: p.integer(),
    steps: p.integer(),
    score: p.integer().nullable(),
    reasons: p.json<Reason[]>(),
    reports: p.integer(),
    reply: p.text().nullable(),
    repliedAt: p.datetime().nullable(),
    claimedBy: p.uuid().nullable(),
    claimedUntil: p.datetime().nullable(),
    version: p.integer().version(),
    updatedAt: p.datetime(),
  },
});

/**
 * A customer's review of a variant. Each edit raises `revision`; a verdict about an earlier revision is discarded. Votes,
 * reports and claims change their columns by statements of their own: votes-and-reports.ts, claim.ts.
 */
export class Review extends ReviewSchema.class {
  /**
   * Applies a state transition to the locked review, and updates its history and the statistics.
   * @throws REVIEW_STATE_CONFLICT if the state does not allow the transition.
   */
  async move(tx: Tx, step: Step): Promise<void> {
    const { event, to, words, verdict } = step;
    const { id, state: from, productId, variantId, rating, isVerified } = this;
    if (!isTransitionAllowed(event, from, to))
      throw refused('REVIEW_STATE_CONFLICT', { reviewId: id, state: from, asked: to });
    Object.assign(this, words, { state: to, isVerified: step.isVerified ?? isVerified, updatedAt: tx.now });
    this.gist = to === 'deleted' ? null : gistOf(this);
    if (verdict) Object.assign(this, { score: verdict.score, reasons: verdict.reasons });
    if (to !== 'held') this.reports = 0;
    if (event === 'EDIT') this.revision += 1;
    this.steps += 1;
    this.claimedBy = null;
    this.claimedUntil = null;
    record(tx, { id, seq: this.steps, revision: this.revision, from }, step);
    if (from === 'approved') await countReview(tx, { productId, variantId, rating, isVerified }, -1);
    if (to === 'approved') await countReview(tx, this, 1);
  }

  /** Deletes the text. The customer may then review the variant again. */
  async delete(tx: Tx, actor: string): Promise<void> {
    const words = { rating: this.rating, title: '', body: '' };
    await this.move(tx, { event: 'DELETE', to: 'deleted', actor, words });
    await tx.query(`delete from review_keys where review_id = $1`, [this.id]);
  }

  /** Publishes the shop's reply; null removes it. */
  answer(text: string | null, now: Date): void {
    Object.assign(this, { reply: text, repliedAt: text === null ? null : now, updatedAt: now });
  }

  /** Whether a moderator other than this one works on it. */
  isClaimedByAnother(moderatorId: string, now: Date): boolean {
    if (this.claimedBy == null || this.claimedBy === moderatorId) return false;
    return this.claimedUntil != null && this.claimedUntil >= now;
  }
}
ReviewSchema.setClass(Review);

export const STATE_OF: Record<Decision, ReviewState> = { approve: 'approved', hold: 'held', reject: 'rejected' };

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

function record(
  tx: Tx,
  { id, seq, revision, from }: { id: string; seq: number; revision: number; from: ReviewState | null },
  { event, to, actor, reason, verdict }: Omit<Step, 'event'> & { event: ReviewEvent | 'SUBMIT' },
): void {
  const what = { review_id: id, seq, revision, from_state: from, to_state: to, event, actor, reason: reason ?? null };
  const cause = { verdict: verdict ?? null, ...traceColumns(), at: tx.now };
  tx.append('review_history', { ...what, ...cause });
}

/** Shorter texts can be equal by chance. */
const LEAST_WORDS = 6;

/** A hash that is equal for copies of a text; null for a text that is too short to compare. */
function gistOf({ body }: Pick<ReviewText, 'body'>): string | null {
  const text = comparisonKey(body);
  return text.split(' ').length < LEAST_WORDS ? null : hash('sha256', text, 'base64url');
}
