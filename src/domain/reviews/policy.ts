/** The rules that a review is checked against. */
export const REVIEW_RULES = [
  'profanity',
  'blocked-word',
  'link',
  'contact',
  'shouting',
  'repetition',
  'copied',
  'contradiction',
] as const;
export type ReviewRule = (typeof REVIEW_RULES)[number];

/** The moderation policy, which staff change without a deployment. Words are compared case-insensitively. */
export interface ReviewPolicy {
  /** The points that a matching rule adds to the score; 0 disables the rule. */
  points: Record<ReviewRule, number>;
  /** Reviews with a score below this value are published at once. */
  approveBelow: number;
  /** Reviews with this score or more are rejected at once; scores in between wait for a person. */
  rejectFrom: number;
  /** Number of customer reports that hide a published review until a person has decided. */
  reportsToHold: number;
  /** A text with at least this many letters counts as shouting if this percentage is in capitals. */
  shouting: { letters: number; percent: number };
  /** The repetitions in a row that are too many: of a character, a word, a phrase. */
  repetition: { signs: number; words: number; phrases: number };
  /** Unwanted words in addition to the dictionaries. */
  blockedWords: readonly string[];
  /** Words that a dictionary lists as profane but this shop allows. */
  allowedWords: readonly string[];
  /** Domains that links may lead to. */
  allowedDomains: readonly string[];
  /** Words of praise and of blame, compared with the rating. */
  praise: readonly string[];
  blame: readonly string[];
}

const words = (text: string): string[] => text.split(' ');

/** The policy of a new shop. */
export const DEFAULT_POLICY: ReviewPolicy = {
  points: {
    profanity: 100,
    'blocked-word': 60,
    link: 50,
    contact: 60,
    shouting: 30,
    repetition: 30,
    copied: 50,
    contradiction: 30,
  },
  approveBelow: 30,
  rejectFrom: 100,
  reportsToHold: 3,
  shouting: { letters: 20, percent: 70 },
  repetition: { signs: 6, words: 4, phrases: 3 },
  blockedWords: words('kamine kaminey kamini lode lodu laude bhosadike bsdk scammers'),
  allowedWords: words(
    'bakwas bakwaas बकवास item ghatiya घटिया ढक्कन kharab maal sale dhakkan joota kutti tosser prick pricks knob sexy nude nipple sucks shiitake kutta kutte dog suar ullu gadha breast tatti',
  ),
  allowedDomains: [],
  praise: words(
    'excellent perfect amazing awesome fantastic superb wonderful love loved best great brilliant flawless outstanding recommend recommended happy satisfied beautiful ' +
      'शानदार बढ़िया बेहतरीन उत्तम badhiya mast zabardast shandar behtareen',
  ),
  blame: words(
    'terrible horrible awful worst useless broken defective waste garbage trash pathetic disappointed disappointing fake fraud cheated torn damaged refund bad horrid hate dirty wasted disgusting faded spoiled shrunk ' +
      'बेकार घटिया खराब bekar bekaar ghatiya kharab bakwas barbaad',
  ),
};
