import { AllProfanity } from 'allprofanity';
import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';
import { INNOCENT_PHRASES, INNOCENT_WORDS, STRONG_BEGINNINGS, STRONG_PARTS, STRONG_WORDS } from './word-lists.ts';

/** English and Hindi, the latter in both scripts; sees through spacing, masking and figures for letters. */
const dictionary = new AllProfanity({ languages: ['english', 'hindi'], silent: true });
/** English once more, through letters of other scripts that only look like Latin ones. */
const lookalikes = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });

/** Signs between the letters of a word: `fu_ck`, and what is written with dots in Devanagari. */
const BETWEEN = /(?<=\p{L})_(?=\p{L})|(?<=[\p{L}\p{M}])[.*-](?=[\u0900-\u097f])/gu;
/** A word of which somebody did not want to write all letters has a reason. */
const MASKED = /[\p{L}\p{M}]\*+[\p{L}\p{M}]/gu;
/** `L*B*H`: letters that are multiplied. */
const PRODUCT = /(?<![\p{L}\p{M}*])\p{L}(?:\*\p{L})+(?![\p{L}\p{M}*])/gu;

/** Counts of the profane words in a text. */
export interface Profanity {
  /** How many have no other meaning, or are disguised. */
  strong: number;
  /** How many different ones have a decent meaning too: the dictionaries cannot tell which is meant. */
  weak: number;
}

interface Place {
  start: number;
  end: number;
  /** The dictionary has the whole word, not only what it begins with. */
  isWhole: boolean;
}

/** Counts the profane words of a text, apart from those that are allowed. */
export function findProfanity(text: string, allowed: ReadonlySet<string>): Profanity {
  const plainText = text.replace(BETWEEN, '').replace(INNOCENT_PHRASES, ' \u2014 ');
  const known = dictionary.detect(plainText).positions.map(({ start, end }) => ({ start, end, isWhole: true }));
  const hidden = lookalikes.getAllMatches(plainText).map(({ startIndex, endIndex }) => {
    return { start: startIndex, end: endIndex + 1, isWhole: false };
  });
  const counts = [known, hidden].map((places) => {
    const found = places.flatMap((place) => profaneWord(plainText, place, allowed) ?? []);
    const weak = found.filter((word) => !isStrong(word));
    return { strong: found.length - weak.length, weak: new Set(weak.map(bare)).size };
  });
  const masked = text.replace(PRODUCT, '').match(MASKED)?.length ?? 0;
  return {
    strong: Math.max(masked, ...counts.map(({ strong }) => strong)),
    weak: Math.max(...counts.map(({ weak }) => weak)),
  };
}

/** Three letters begin too many decent words: longer ones may have an ending. */
const LEAST_STEM = 4;
/** Vowels of Devanagari, which inflect a word. */
const INFLECTION = /^[\p{M}\u0904-\u0914]{0,100}(?![\p{L}\p{M}\p{N}])/u;
const LATIN_ENDING = /^\p{Alphabetic}{0,100}/u;
/** With any other ending it is another word: "Dickinson", "retardant". */
const LATIN_INFLECTION = /^(?:e?s|'s|e?d|ing?|ers?)?$/;

/** Names of models: "A55", "45s". */
const MODEL = /^(?:[a-z]\d+|\d+[a-z])$/;

/** The word at this place, with its ending; null when it is the middle of another, another one, or allowed. */
function profaneWord(text: string, { start, end, isWhole }: Place, allowed: ReadonlySet<string>): string | null {
  if (/[\p{L}\p{M}\p{N}]$/u.test(text.slice(Math.max(0, start - 2), start))) return null;
  const [stem, behind] = [text.slice(start, end).toLowerCase(), text.slice(end)];
  const isHindi = /[\u0900-\u097f]/.test(stem);
  const ending = (isHindi ? INFLECTION : LATIN_ENDING).exec(behind)?.[0]?.toLowerCase();
  if (ending === undefined || (ending !== '' && stem.length < LEAST_STEM)) return null;
  const word = stem + ending;
  if ([stem, word].some((one) => allowed.has(one)) || INNOCENT_WORDS.has(word) || MODEL.test(word)) return null;
  const isAnother = !isWhole && !isHindi && !LATIN_INFLECTION.test(ending) && !isStrong(word);
  return isAnother ? null : word;
}

const LEAST_DISGUISED = 4;
const PLAIN = /^(?:[a-z]+|[\u0900-\u097f]+)$/;
const SPACED = /^\p{L}\p{M}*(?: \p{L}\p{M}*)+$/u;

/** A disguise says that the meaning is known. Short names of models ("A55") only look like one. */
function isStrong(word: string): boolean {
  const letters = bare(word);
  const isDisguised = SPACED.test(word) || !word.split(/[ -]/).every((part) => PLAIN.test(part));
  if (isDisguised && letters.length >= LEAST_DISGUISED) return true;
  return (
    STRONG_WORDS.has(letters) ||
    STRONG_BEGINNINGS.some((beginning) => letters.startsWith(beginning)) ||
    STRONG_PARTS.some((part) => letters.includes(part))
  );
}

/** Without spaces and signs, and with one letter where it is repeated. */
const bare = (word: string): string => word.replace(/[^\p{L}\p{M}\p{N}]/gu, '').replace(/(.)\1+/gu, '$1');
