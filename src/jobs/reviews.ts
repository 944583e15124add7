import { z } from 'zod';
import { job } from './contract.ts';

/** Moderates one revision of a review. The job of a later edit moderates the later revision. */
export const moderateReview = job('reviews', 'moderate', z.object({ reviewId: z.uuid(), revision: z.int() }));

/** Moderates past reviews by a trial policy, in batches, without changing the reviews. */
export const tryReviewPolicy = job('reviews', 'try-policy', z.object({ trialId: z.uuid() }));

/** Recounts the review statistics and logs each correction. */
export const recountReviews = job('reviews', 'recount', z.object({}));
