import { AllProfanity } from 'allprofanity';
import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';

/** English and Hindi, the latter in both scripts; sees through spacing, masking and figures for letters. */
const dictionary = new AllProfanity({ languages: ['english', 'hindi'], silent: true });
/** English once more, through letters of other scripts that only look like Latin ones. */
const lookalikes = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });

/** How many profane words the text has, apart from those that are allowed. */
export function profaneWords(text: string, allowed: ReadonlySet<string>): number {
  const found = dictionary.detect(text).detectedWords.filter((word) => !allowed.has(word.toLowerCase()));
  const hidden = lookalikes.getAllMatches(text).filter(({ startIndex }) => !allowed.has(wordAt(text, startIndex)));
  return Math.max(found.length, hidden.length);
}

/** The whole word around a place, in lower case. */
function wordAt(text: string, index: number): string {
  const before = /[\p{L}\p{M}\p{N}]*$/u.exec(text.slice(0, index))?.[0] ?? '';
  const behind = /^[\p{L}\p{M}\p{N}]*/u.exec(text.slice(index))?.[0] ?? '';
  return (before + behind).toLowerCase();
}
