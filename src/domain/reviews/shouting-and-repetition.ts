import type { ReviewPolicy } from './policy.ts';
import { wordsOf } from './text.ts';

/** Whether a text with enough letters is mostly in capitals. Scripts without capitals never count as shouting. */
export function isShouted(text: string, { letters, percent }: ReviewPolicy['shouting']): boolean {
  const upper = text.match(/\p{Lu}/gu)?.length ?? 0;
  const lower = text.match(/\p{Ll}/gu)?.length ?? 0;
  return upper + lower >= letters && upper * 100 >= (upper + lower) * percent;
}

/** Whether a character, a word or a phrase of up to four words is repeated too often in a row. */
export function isRepetitive(text: string, most: ReviewPolicy['repetition']): boolean {
  // Emoji contain invisible joiners and selectors, which do not count as characters.
  const signs = text.replace(/[\u200d\ufe0f\u{1f3fb}-\u{1f3ff}]/gu, '');
  if (new RegExp(`([^\\s\\d])\\1{${most.signs - 1},}`, 'iu').test(signs)) return true;
  const words = wordsOf(text);
  if (longestRun(words, 1) >= most.words) return true;
  return [2, 3, 4].some((size) => longestRun(words, size) >= most.phrases);
}

/** Returns the longest run of the same `size` words, in repetitions. */
function longestRun(words: readonly string[], size: number): number {
  let [longest, equal] = [1, 0];
  for (let i = size; i < words.length; i++) {
    equal = words[i] === words[i - size] ? equal + 1 : 0;
    longest = Math.max(longest, 1 + Math.floor(equal / size));
  }
  return longest;
}

const NEGATIONS = new Set("not no never isn't wasn't don't didn't doesn't nothing nahi nahin nhi नहीं ना".split(' '));
/** The distance in words within which a negation applies: before a word in English, after it in Hindi. */
const REACH = 2;
/** The fewest words that prove a tone, if none contradict it: a single word may be a slip or irony. */
const MIN_WORDS = 2;

/** Whether the text says the opposite of the rating (1 to 5). */
export function contradicts(text: string, rating: number, { praise, blame }: Tones): boolean {
  const words = wordsOf(text);
  let [good, bad] = [0, 0];
  words.forEach((word, i) => {
    if (!praise.has(word) && !blame.has(word)) return;
    const around = [...words.slice(Math.max(0, i - REACH), i), ...words.slice(i + 1, i + 1 + REACH)];
    const isNegated = around.some((near) => NEGATIONS.has(near));
    if (praise.has(word) !== isNegated) good += 1;
    else bad += 1;
  });
  return (rating >= 4 && bad >= MIN_WORDS && good === 0) || (rating <= 2 && good >= MIN_WORDS && bad === 0);
}

export interface Tones {
  praise: ReadonlySet<string>;
  blame: ReadonlySet<string>;
}
