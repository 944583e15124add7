import { z } from 'zod';
import { job } from './contract.ts';

/** Judges a revision of a review; one that was edited since is judged by the job of its edit. */
export const moderateReview = job('reviews', 'moderate', z.object({ reviewId: z.uuid(), revision: z.int() }));

/** Judges past reviews by a policy that is only tried, a batch at a time. */
export const tryReviewPolicy = job('reviews', 'try-policy', z.object({ trialId: z.uuid() }));

/** Counts the statistics anew and says what was wrong. */
export const recountReviews = job('reviews', 'recount', z.object({}));
