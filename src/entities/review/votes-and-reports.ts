import { refused } from '../../domain/errors.ts';
import type { ReportReason } from '../../domain/reviews/states.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { Review } from './review.ts';

/** Locks a published review of another customer. @throws REVIEW_NOT_FOUND, REVIEW_IS_YOURS */
export async function lockForVoteOrReport(
  tx: Tx,
  { id, customerId }: { id: string; customerId: string },
): Promise<Review> {
  const review = await tx.lock(Review, { id });
  if (review?.state !== 'approved') throw refused('REVIEW_NOT_FOUND', { reviewId: id });
  if (review.customerId === customerId) throw refused('REVIEW_IS_YOURS', { reviewId: id });
  return review;
}

/** Adds or removes a helpful vote. Repeating a vote has no effect. @returns the number of helpful votes */
export async function vote(tx: Tx, { id, customerId }: VoteOrReport, isHelpful: boolean): Promise<number> {
  const changed = isHelpful
    ? await tx.query(
        `insert into review_votes (review_id, customer_id, at) values ($1, $2, $3) on conflict do nothing returning 1`,
        [id, customerId, tx.now],
      )
    : await tx.query(`delete from review_votes where review_id = $1 and customer_id = $2 returning 1`, [
        id,
        customerId,
      ]);
  const [row] = await tx.query<{ helpful: number }>(
    `update reviews set helpful = helpful + $2 where id = $1 returning helpful`,
    [id, isHelpful ? changed.length : -changed.length],
  );
  return row?.helpful ?? 0;
}

/** Sets the number of helpful votes to the votes there are. @returns whether the review exists */
export const recountVotes = async (tx: Tx, id: string): Promise<boolean> =>
  (
    await tx.query(
      `update reviews r set helpful = (select count(*) from review_votes where review_id = r.id)
        where id = (select id from reviews where id = $1 for update) returning id`,
      [id],
    )
  ).length > 0;

/**
 * Reports a review. A customer can report it once, even after staff approved it.
 * @returns the number of open reports
 */
export async function report(tx: Tx, { id, customerId }: VoteOrReport, reason: ReportReason): Promise<number> {
  const added = await tx.query(
    `insert into review_reports (review_id, customer_id, reason, at) values ($1, $2, $3, $4) on conflict do nothing returning 1`,
    [id, customerId, reason, tx.now],
  );
  const [row] = await tx.query<{ reports: number }>(
    `update reviews set reports = reports + $2 where id = $1 returning reports`,
    [id, added.length],
  );
  return row?.reports ?? 0;
}

/** Marks the reports of a review as settled. */
export const settleReports = (tx: Tx, id: string): void =>
  tx.send(`update review_reports set settled_at = $2 where review_id = $1 and settled_at is null`, [id, tx.now]);

interface VoteOrReport {
  id: string;
  customerId: string;
}
