/** What a review is looked at for. */
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

/** How reviews are judged: data, which staff change without a deployment. Words are compared without regard to case. */
export interface ReviewPolicy {
  /** What a rule adds to the score when it applies; 0 switches it off. */
  points: Record<ReviewRule, number>;
  /** A score below this is published at once. */
  approveBelow: number;
  /** A score from here on is rejected at once; what lies between waits for a person. */
  rejectFrom: number;
  /** So many reports by customers take a published review off the page until a person has looked. */
  reportsToHold: number;
  /** From so many letters on, a text of which this share (percent) are capitals is shouted. */
  shouting: { letters: number; percent: number };
  /** So often in a row: a sign, a word, a phrase. */
  repetition: { signs: number; words: number; phrases: number };
  /** Words that no dictionary has, and that are not wanted here. */
  blockedWords: readonly string[];
  /** Words that a dictionary takes for profane, and that this shop sells or lets pass. */
  allowedWords: readonly string[];
  /** Domains that may be linked to. */
  allowedDomains: readonly string[];
  /** Words by which a text speaks well, or ill, of what was bought. */
  praise: readonly string[];
  blame: readonly string[];
}

const words = (text: string): string[] => text.split(' ');

/** What a shop begins with. */
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
