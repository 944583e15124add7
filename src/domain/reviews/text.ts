/** Invisible characters, which can hide words from filters. */
const INVISIBLE = /[\p{Cf}\p{Cc}]+/gu;
/** Accents of Latin letters; Devanagari marks are vowels and stay. */
const ACCENTS = /[\u0300-\u036f]/g;

/**
 * The most UTF-16 units of the normalised title and body that are judged. Normalisation makes some characters up to 18
 * times longer; new reviews keep their limits in the normalised form too, older ones may not.
 */
export const MOST_JUDGED = 6_000;

/** Normalises a text for moderation: Unicode form NFKC, no invisible characters, single spaces. */
export const plain = (text: string): string =>
  text.normalize('NFKC').replace(/\s+/g, ' ').replace(INVISIBLE, '').trim();

/** Returns the words of a text in lower case, without punctuation. */
export const wordsOf = (text: string): string[] =>
  plain(text)
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}']+/gu) ?? [];

/** Returns a key that is equal for texts that differ only in case, accents, punctuation and spaces. */
export const comparisonKey = (text: string): string =>
  wordsOf(plain(text).normalize('NFD').replace(ACCENTS, '').normalize('NFC')).join(' ');
