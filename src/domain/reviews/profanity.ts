import { matchEnglishParts, matchListedWords, type Place } from './profanity-matchers.ts';
import { INNOCENT_PHRASES, INNOCENT_WORDS, STRONG_BEGINNINGS, STRONG_PARTS, STRONG_WORDS } from './word-lists.ts';

/** Separators between the letters of a word: `fu_ck`, and dots in Devanagari. */
const BETWEEN = /(?<=\p{L})_(?=\p{L})|(?<=[\p{L}\p{M}])[.*-](?=[\u0900-\u097f])/gu;
/** A word with asterisks in place of letters. */
const MASKED = /[\p{L}\p{M}]\*+[\p{L}\p{M}]/gu;
/** A product of letters, e.g. `L*B*H`; not a masked word. */
const PRODUCT = /(?<![\p{L}\p{M}*])\p{L}(?:\*\p{L})+(?![\p{L}\p{M}*])/gu;

/** Counts of the profane words in a text. */
export interface Profanity {
  /** Number of words that have no other meaning or are disguised. */
  strong: number;
  /** Number of different words that also have a harmless meaning. */
  weak: number;
}

/** Counts the profane words of a text, without the allowed ones. */
export function findProfanity(text: string, allowed: ReadonlySet<string>): Profanity {
  const plainText = text.replace(BETWEEN, '').replace(INNOCENT_PHRASES, ' \u2014 ');
  const counts = [matchListedWords(plainText), matchEnglishParts(plainText)].map((places) => {
    const found = places.flatMap((place) => profaneWord(plainText, place, allowed) ?? []);
    const weak = found.filter((word) => !isStrong(word));
    return { strong: found.length - weak.length, weak: new Set(weak.map(lettersOf)).size };
  });
  const masked = text.replace(PRODUCT, '').match(MASKED)?.length ?? 0;
  return {
    strong: Math.max(masked, ...counts.map(({ strong }) => strong)),
    weak: Math.max(...counts.map(({ weak }) => weak)),
  };
}

/** The shortest stem that may have an ending: three letters begin too many harmless words. */
const LEAST_STEM = 4;
/** Devanagari vowels that inflect a word. */
const INFLECTION = /^[\p{M}\u0904-\u0914]{0,100}(?![\p{L}\p{M}\p{N}])/u;
const LATIN_ENDING = /^\p{Alphabetic}{0,100}/u;
/** Endings of the same word. Any other ending makes another word: "Dickinson", "retardant". */
const LATIN_INFLECTION = /^(?:e?s|'s|e?d|ing?|ers?)?$/;

/** Names of models: "A55", "45s". */
const MODEL = /^(?:[a-z]\d+|\d+[a-z])$/;

/** Returns the word at this place with its ending; null if it is part of another word, harmless or allowed. */
function profaneWord(text: string, { start, end, isWhole }: Place, allowed: ReadonlySet<string>): string | null {
  if (/[\p{L}\p{M}\p{N}]$/u.test(text.slice(Math.max(0, start - 2), start))) return null;
  const [stem, behind] = [text.slice(start, end).toLowerCase(), text.slice(end)];
  const isHindi = /[\u0900-\u097f]/.test(stem);
  const ending = (isHindi ? INFLECTION : LATIN_ENDING).exec(behind)?.[0]?.toLowerCase();
  if (!/[\p{L}@$]/u.test(stem) || ending === undefined || (ending !== '' && stem.length < LEAST_STEM)) return null;
  const word = stem + ending;
  if ([stem, word].some((one) => allowed.has(one)) || INNOCENT_WORDS.has(word) || MODEL.test(word)) return null;
  const isAnother = !isWhole && !isHindi && !LATIN_INFLECTION.test(ending) && !isStrong(word);
  return isAnother ? null : word;
}

const LEAST_DISGUISED = 4;
const PLAIN = /^(?:[a-z]+|[\u0900-\u097f]+)$/;
const SPACED = /^\p{L}\p{M}*(?: \p{L}\p{M}*)+$/u;

/** A disguise proves the meaning. Short model names ("A55") only look like one. */
function isStrong(word: string): boolean {
  const letters = lettersOf(word);
  const isDisguised = SPACED.test(word) || !word.split(/[ -]/).every((part) => PLAIN.test(part));
  if (isDisguised && letters.length >= LEAST_DISGUISED) return true;
  return (
    STRONG_WORDS.has(letters) ||
    STRONG_BEGINNINGS.some((beginning) => letters.startsWith(beginning)) ||
    STRONG_PARTS.some((part) => letters.includes(part))
  );
}

/** Removes spaces and punctuation, and reduces repeated letters to one. */
const lettersOf = (word: string): string => word.replace(/[^\p{L}\p{M}\p{N}]/gu, '').replace(/(.)\1+/gu, '$1');
