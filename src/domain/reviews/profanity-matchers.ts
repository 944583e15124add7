import {
  collapseDuplicatesTransformer,
  englishDataset,
  englishRecommendedTransformers,
  parseRawPattern,
  RegExpMatcher,
  remapCharactersTransformer,
  resolveConfusablesTransformer,
  resolveLeetSpeakTransformer,
  toAsciiLowerCaseTransformer,
} from 'obscenity';
import { COMPOUND_PARTS, DEVANAGARI_PROFANITY, ENGLISH_PROFANITY, HINDI_PROFANITY } from './profane-words.ts';

export interface Place {
  start: number;
  end: number;
  /** Whether the dictionary contains the whole word, not only its beginning. */
  isWhole: boolean;
}

const LATIN_WORDS = [...ENGLISH_PROFANITY, ...HINDI_PROFANITY];
const WORDS: ReadonlySet<string> = new Set([...LATIN_WORDS, ...DEVANAGARI_PROFANITY]);
const LINES_OF_WORDS = [...WORDS].join('\n');

type Transformers = ConstructorParameters<typeof RegExpMatcher>[0]['blacklistMatcherTransformers'];

const matcherOf = (patterns: readonly string[], blacklistMatcherTransformers?: Transformers): RegExpMatcher => {
  const blacklistedTerms = patterns.map((pattern, id) => ({ id, pattern: parseRawPattern(pattern) }));
  return new RegExpMatcher({ blacklistedTerms, ...(blacklistMatcherTransformers && { blacklistMatcherTransformers }) });
};

const WHOLE_WORDS = LATIN_WORDS.map((word) => `|${word}|`);
const [CONFUSABLES, LOWER_CASE] = [resolveConfusablesTransformer(), toAsciiLowerCaseTransformer()];
const LEET_SPEAK = [remapCharactersTransformer({ b: '8', g: '9', t: '+' }), resolveLeetSpeakTransformer()];

const devanagari = matcherOf(DEVANAGARI_PROFANITY);
/** Words in Latin letters, or in letters that look like them. */
const latin = matcherOf(WHOLE_WORDS, [CONFUSABLES, LOWER_CASE]);
/** Words with digits and signs in place of letters: `sh1t`. */
const leetSpeak = matcherOf(WHOLE_WORDS, [CONFUSABLES, ...LEET_SPEAK, LOWER_CASE]);
/** Words with more letters than they have: `fuuuck`. */
const stretched = matcherOf(WHOLE_WORDS, [
  CONFUSABLES,
  LOWER_CASE,
  collapseDuplicatesTransformer({ defaultThreshold: 1 }),
]);
/** Parts of English words. */
const english = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });

const DEVANAGARI = /[\u0900-\u097f]/;
const LEET_SIGN = /[\d@$!|(/+]/;
const STRETCHED = /(\p{L})\1\1/iu;
/** Letters with the same separator between all of them: `f u c k`. */
const SPELLED = /(?<![\p{L}\p{N}])\p{L}([ ._/-])\p{L}(?:\1\p{L})+(?![\p{L}\p{N}])/gu;
/** A word with signs in place of letters: `sh#t`. */
const SIGNED = /(?<![\p{L}\p{N}_#@$%])\p{L}[\p{L}#@$%]{1,30}(?![\p{L}\p{N}_#@$%])/gu;
/** A word that contains a word without another meaning: `totalshitshow`. */
const COMPOUND = new RegExp(`\\b\\w*?(?:${COMPOUND_PARTS.join('|')})\\w*`, 'gi');

/** Returns the places of listed words. Of words that overlap, only the first one counts; at the same start, the longest. */
export function matchListedWords(text: string): Place[] {
  let last = 0;
  return [
    ...placesOf(latin, text),
    // Hundreds of words are searched: search only those that the text can contain.
    ...(DEVANAGARI.test(text) ? placesOf(devanagari, text) : []),
    ...(LEET_SIGN.test(text) ? placesOf(leetSpeak, text) : []),
    ...(STRETCHED.test(text) ? placesOf(stretched, text) : []).filter(({ start, end }) =>
      STRETCHED.test(text.slice(start, end)),
    ),
    ...placesMatching(SPELLED, text, (spelled) => WORDS.has(spelled.replace(/[^\p{L}]/gu, '').toLowerCase())),
    ...placesMatching(SIGNED, text, isSignedWord),
    ...placesMatching(COMPOUND, text, () => true),
  ]
    .sort((one, other) => one.start - other.start || other.end - one.end)
    .filter(({ start, end }) => {
      if (start < last) return false;
      last = end;
      return true;
    });
}

/** Returns the places of English words, also of their beginnings and of parts of other words. */
export const matchEnglishParts = (text: string): Place[] => placesOf(english, text, false);

const isSignedWord = (text: string): boolean =>
  /^\p{L}+[#@$%]\p{L}*[#@$%]?\p{L}+$/u.test(text) &&
  new RegExp(`^${text.replace(/[#@$%]/g, '.')}$`, 'imu').test(LINES_OF_WORDS);

const placesOf = (matcher: RegExpMatcher, text: string, isWhole = true): Place[] =>
  matcher.getAllMatches(text).map(({ startIndex, endIndex }) => ({ start: startIndex, end: endIndex + 1, isWhole }));

const placesMatching = (pattern: RegExp, text: string, isProfane: (match: string) => boolean): Place[] =>
  [...text.matchAll(pattern)]
    .filter(([match]) => isProfane(match))
    .map(({ 0: match, index }) => ({ start: index, end: index + match.length, isWhole: true }));
