import { type Judged, moderate, type Verdict } from '../../domain/reviews/moderate.ts';
import type { ReviewPolicy } from '../../domain/reviews/policy.ts';

export interface Task {
  review: Judged;
  policy: ReviewPolicy;
}

/** What a thread does with a review: dictionaries and texts of strangers stay off the event loop of the worker. */
export default ({ review, policy }: Task): Verdict => moderate(review, policy);
