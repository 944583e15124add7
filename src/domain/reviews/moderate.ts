import { contactsIn, linksIn } from './contact.ts';
import { contradicts, isRepetitive, isShouted } from './manner.ts';
import type { ReviewPolicy, ReviewRule } from './policy.ts';
import { profaneWords } from './profanity.ts';
import { MOST_JUDGED, plain, wordsOf } from './text.ts';

/** What a review says, and what only the other reviews can tell of it. */
export interface Judged {
  rating: number;
  title: string;
  body: string;
  /** Somebody else, or the same person about something else, wrote the same before. */
  isCopied: boolean;
}

export interface Reason {
  rule: ReviewRule;
  points: number;
  /** How often it applies. What was found is not repeated: reasons are kept, and may not hold what they complain of. */
  times: number;
}

export type Decision = 'approve' | 'hold' | 'reject';

export interface Verdict {
  decision: Decision;
  score: number;
  reasons: Reason[];
}

/** The verdict on a text that no rule can look at: a person decides. */
export const HELD: Verdict = { decision: 'hold', score: 0, reasons: [] };

/** Judges a review by the policy alone: the same review and policy have the same verdict, always. */
export function moderate(review: Judged, policy: ReviewPolicy): Verdict {
  const text = plain(`${review.title} \u2014 ${review.body}`);
  if (text.length > MOST_JUDGED) return HELD;
  const found = signs(text, review, policy);
  const reasons = Object.entries(found).flatMap(([rule, times]) => {
    const points = policy.points[rule as ReviewRule];
    return times > 0 && points > 0 ? [{ rule: rule as ReviewRule, points, times }] : [];
  });
  const score = reasons.reduce((sum, { points }) => sum + points, 0);
  return { decision: decisionOf(score, policy), score, reasons };
}

const decisionOf = (score: number, { approveBelow, rejectFrom }: ReviewPolicy): Decision =>
  score >= rejectFrom ? 'reject' : score >= approveBelow ? 'hold' : 'approve';

function signs(text: string, { rating, isCopied }: Judged, policy: ReviewPolicy): Record<ReviewRule, number> {
  const tones = { praise: setOf(policy.praise), blame: setOf(policy.blame) };
  const blocked = setOf(policy.blockedWords);
  return {
    profanity: profaneWords(text, setOf(policy.allowedWords)),
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
