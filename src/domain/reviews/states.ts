/** `pending`: about to be judged; `held`: waits for a person; `deleted`: by its author, without its text. */
export const REVIEW_STATES = ['pending', 'approved', 'held', 'rejected', 'deleted'] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];

/** What happens to a review, and from which states it may lead where. */
const WAYS = {
  EDIT: { from: ['pending', 'approved', 'held', 'rejected'], to: ['pending'] },
  JUDGE: { from: ['pending'], to: ['approved', 'held', 'rejected'] },
  REPORT: { from: ['approved'], to: ['held'] },
  // Staff decide what waits, and may go back on any decision.
  DECIDE: { from: ['held', 'approved', 'rejected'], to: ['approved', 'rejected'] },
  DELETE: { from: ['pending', 'approved', 'held', 'rejected'], to: ['deleted'] },
} as const satisfies Record<string, { from: readonly ReviewState[]; to: readonly ReviewState[] }>;

export type ReviewEvent = keyof typeof WAYS;

/** Whether a review may go from one state to another by this event. */
export const mayGo = (event: ReviewEvent, from: ReviewState, to: ReviewState): boolean => {
  const way: { from: readonly ReviewState[]; to: readonly ReviewState[] } = WAYS[event];
  return way.from.includes(from) && way.to.includes(to) && (from !== to || event === 'EDIT');
};

/** Why customers report a review. */
export const REPORT_REASONS = ['offensive', 'spam', 'false', 'personal-data', 'other'] as const;
export type ReportReason = (typeof REPORT_REASONS)[number];
