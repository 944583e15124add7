import { contactsIn, linksIn } from './contact.ts';
import type { ReviewPolicy, ReviewRule } from './policy.ts';
import { findProfanity, type Profanity } from './profanity.ts';
import { contradicts, isRepetitive, isShouted } from './shouting-and-repetition.ts';
import { MOST_JUDGED, plain, wordsOf } from './text.ts';

/** A review to judge, with the result of the comparison with other reviews. */
export interface Judged {
  rating: number;
  title: string;
  body: string;
  /** Whether the same text was published before, by another customer or for another variant. */
  isCopied: boolean;
}

export interface Reason {
  rule: ReviewRule;
  points: number;
  /** Number of matches. Reasons are stored, so they do not contain the matched text. */
  times: number;
}

export type Decision = 'approve' | 'hold' | 'reject';

export interface Verdict {
  decision: Decision;
  score: number;
  reasons: Reason[];
}

/** The verdict on a text that is too long for the rules: a person decides. */
export const HELD: Verdict = { decision: 'hold', score: 0, reasons: [] };

/** Judges a review. The same review and policy always give the same verdict. */
export function moderate(review: Judged, policy: ReviewPolicy): Verdict {
  const text = plain(`${review.title} \u2014 ${review.body}`);
  if (text.length > MOST_JUDGED) return HELD;
  const profanity = findProfanity(text, setOf(policy.allowedWords));
  const found = { profanity: profanity.strong + profanity.weak, ...signs(text, review, policy) };
  const reasons = Object.entries(found).flatMap(([rule, times]) => {
    const points = policy.points[rule as ReviewRule];
    return times > 0 && points > 0 ? [{ rule: rule as ReviewRule, points, times }] : [];
  });
  const weighed = isDoubtful(profanity) ? withoutRejecting(reasons, policy) : reasons;
  const score = weighed.reduce((sum, { points }) => sum + points, 0);
  return { decision: decisionOf(score, policy), score, reasons: weighed };
}

/** Whether the only profane word also has a harmless meaning. */
const isDoubtful = ({ strong, weak }: Profanity): boolean => strong === 0 && weak === 1;

/** Caps the points of a doubtful word below the rejection score: it can hold a review, but not reject it. */
function withoutRejecting(reasons: Reason[], { rejectFrom }: ReviewPolicy): Reason[] {
  const others = reasons.filter(({ rule }) => rule !== 'profanity').reduce((sum, { points }) => sum + points, 0);
  const room = others >= rejectFrom ? Number.POSITIVE_INFINITY : rejectFrom - 1 - others;
  return reasons.flatMap((reason) => {
    if (reason.rule !== 'profanity') return [reason];
    const points = Math.min(reason.points, room);
    return points > 0 ? [{ ...reason, points }] : [];
  });
}

const decisionOf = (score: number, { approveBelow, rejectFrom }: ReviewPolicy): Decision =>
  score >= rejectFrom ? 'reject' : score >= approveBelow ? 'hold' : 'approve';

function signs(
  text: string,
  { rating, isCopied }: Judged,
  policy: ReviewPolicy,
): Record<Exclude<ReviewRule, 'profanity'>, number> {
  const tones = { praise: setOf(policy.praise), blame: setOf(policy.blame) };
  const blocked = setOf(policy.blockedWords);
  return {
    'blocked-word': wordsOf(text).filter((word) => blocked.has(word)).length,
    link: linksIn(text, setOf(policy.allowedDomains)),
    contact: contactsIn(text),
    shouting: Number(isShouted(text, policy.shouting)),
    repetition: Number(isRepetitive(text, policy.repetition)),
    copied: Number(isCopied),
    contradiction: Number(contradicts(text, rating, tones)),
  };
}

const setOf = (words: readonly string[]): ReadonlySet<string> => new Set(words.map((word) => word.toLowerCase()));
