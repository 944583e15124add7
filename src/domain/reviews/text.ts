/** Invisible signs that are put into words to hide them from filters. */
const INVISIBLE = /[\p{Cf}\p{Cc}]+/gu;
/** Marks over Latin letters; those of Devanagari are vowels and stay. */
const ACCENTS = /[\u0300-\u036f]/g;

/**
 * Most UTF-16 units of a review in the form that is judged, title and body together. Normalisation makes some signs up to
 * 18 times longer; new reviews keep their limits in that form too, older ones may not.
 */
export const MOST_JUDGED = 6_000;

/** The text as it is judged: one form for each letter, nothing invisible, single spaces. */
export const plain = (text: string): string =>
  text.normalize('NFKC').replace(/\s+/g, ' ').replace(INVISIBLE, '').trim();

/** Words in lower case, without punctuation. */
export const wordsOf = (text: string): string[] =>
  plain(text)
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}']+/gu) ?? [];

/** What two texts share that differ only in case, accents, punctuation and spaces. */
export const gist = (text: string): string =>
  wordsOf(plain(text).normalize('NFD').replace(ACCENTS, '').normalize('NFC')).join(' ');
