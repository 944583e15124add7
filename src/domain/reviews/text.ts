/** Invisible signs that are put into words to hide them from filters. */
const INVISIBLE = /[\p{Cf}\p{Cc}]+/gu;
/** Marks over Latin letters; those of Devanagari are vowels and stay. */
const ACCENTS = /[\u0300-\u036f]/g;

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
