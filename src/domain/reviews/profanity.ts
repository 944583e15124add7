import { AllProfanity } from 'allprofanity';
import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';

/** English and Hindi, the latter in both scripts; sees through spacing, masking and figures for letters. */
const dictionary = new AllProfanity({ languages: ['english', 'hindi'], silent: true });
/** English once more, through letters of other scripts that only look like Latin ones. */
const lookalikes = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });

/** Signs between the letters of a word: `fu_ck`, and what is written with dots in Devanagari. */
const BETWEEN = /(?<=\p{L})_(?=\p{L})|(?<=[\p{L}\p{M}])[.*-](?=[\u0900-\u097f])/gu;
/** A word of which somebody did not want to write all letters has a reason. */
const MASKED = /[\p{L}\p{M}]\*+[\p{L}\p{M}]/gu;

/** How many profane words the text has, apart from those that are allowed. */
export function profaneWords(text: string, allowed: ReadonlySet<string>): number {
  const plainText = text.replace(BETWEEN, '');
  const known = dictionary.detect(plainText).positions;
  const hidden = lookalikes.getAllMatches(plainText).map(({ startIndex, endIndex }) => {
    return { start: startIndex, end: endIndex + 1 };
  });
  const found = [known, hidden].map((places) => places.filter((place) => isWhole(plainText, place, allowed)).length);
  return Math.max(...found, text.match(MASKED)?.length ?? 0);
}

/** Three letters begin too many decent words: longer ones may have an ending. */
const LEAST_STEM = 4;
/** Vowels of Devanagari, which inflect a word. */
const INFLECTION = /^[\p{M}\u0904-\u0914]{0,100}(?![\p{L}\p{M}\p{N}])/u;
const LATIN_ENDING = /^\p{Alphabetic}{0,100}/u;

/** Whether it is a word, several, or one with an ending; not the middle of another, and none that is allowed. */
function isWhole(text: string, { start, end }: { start: number; end: number }, allowed: ReadonlySet<string>): boolean {
  if (/[\p{L}\p{M}\p{N}]$/u.test(text.slice(Math.max(0, start - 2), start))) return false;
  const [stem, behind] = [text.slice(start, end), text.slice(end)];
  const isHindi = /[\u0900-\u097f]/.test(stem);
  const ending = (isHindi ? INFLECTION : LATIN_ENDING).exec(behind)?.[0];
  if (ending === undefined || (ending !== '' && stem.length < LEAST_STEM)) return false;
  return !allowed.has(stem.toLowerCase()) && !allowed.has((stem + ending).toLowerCase());
}
