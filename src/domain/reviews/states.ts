/**
 * `pending`: waits for automatic moderation; `held`: waits for a person; `deleted`: by its author, without its text.
 */
export const REVIEW_STATES = ['pending', 'approved', 'held', 'rejected', 'deleted'] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];

/** The events of a review, with the states from which and to which they lead. */
const TRANSITIONS = {
  EDIT: { from: ['pending', 'approved', 'held', 'rejected'], to: ['pending'] },
  JUDGE: { from: ['pending'], to: ['approved', 'held', 'rejected'] },
  REPORT: { from: ['approved'], to: ['held'] },
  // Staff decide held reviews, and may reverse any decision.
  DECIDE: { from: ['held', 'approved', 'rejected'], to: ['approved', 'rejected'] },
  DELETE: { from: ['pending', 'approved', 'held', 'rejected'], to: ['deleted'] },
} as const satisfies Record<string, { from: readonly ReviewState[]; to: readonly ReviewState[] }>;

export type ReviewEvent = keyof typeof TRANSITIONS;

/** Whether this event may change a review from one state to another. */
export const isTransitionAllowed = (event: ReviewEvent, from: ReviewState, to: ReviewState): boolean => {
  const transition: { from: readonly ReviewState[]; to: readonly ReviewState[] } = TRANSITIONS[event];
  return transition.from.includes(from) && transition.to.includes(to) && (from !== to || event === 'EDIT');
};

/** The reasons for which customers can report a review. */
export const REPORT_REASONS = ['offensive', 'spam', 'false', 'personal-data', 'other'] as const;
export type ReportReason = (typeof REPORT_REASONS)[number];
