import type { Verdict } from '../../src/domain/reviews/moderate.ts';
import type { Task } from '../../src/workers/reviews/judge-thread.ts';

/** Stands for rules that a text can keep busy for ever. */
export default ({ review }: Task): Verdict => {
  while (review.body === 'endless');
  return { decision: 'approve', score: 0, reasons: [] };
};
