import { type Judged, moderate, type Verdict } from '../../domain/reviews/moderate.ts';
import type { ReviewPolicy } from '../../domain/reviews/policy.ts';

export interface Task {
  review: Judged;
  policy: ReviewPolicy;
}

/** Moderates a review in a thread, so that dictionaries and hostile texts do not block the worker's event loop. */
export default ({ review, policy }: Task): Verdict => moderate(review, policy);
