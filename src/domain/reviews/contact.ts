import { findPhoneNumbersInText } from 'libphonenumber-js';
import { LinkifyIt } from 'linkify-it';

/**
 * Top-level domains of links without `http`. The list is short on purpose: "good.it fits" is a sentence, not an Italian
 * address.
 */
const TOP_LEVEL_DOMAINS = 'com|net|org|in|co|io|info|biz|shop|store|online|site|xyz|app|dev|me|ly';
const linkify = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: true, tlds: TOP_LEVEL_DOMAINS.split('|') });

// A lookbehind keeps the time linear: otherwise a long word would be scanned again from each of its letters.
const SPELLED_DOMAIN = new RegExp(
  `(?<=[\\p{L}\\p{N}-]{2}) ?[([]?dot[)\\]]? ?(?:${TOP_LEVEL_DOMAINS})(?![\\p{L}\\p{N}])`,
  'giu',
);
const SPELLED_MAIL = /(?<=[\w.-]) ?[([]?at[)\]]? ?(gmail|yahoo|hotmail|outlook|rediffmail)\b/gi;
const HANDLE = /(^|[\s(])@[A-Za-z0-9_.]{3,}/g;
const INVITATION =
  /\b(dm|text|msg|message|whats ?app|call|ping|contact|follow|reach)\s+(me|us|at|on|my|our)\b|\b(my|our) (insta|instagram|telegram|whats ?app)\b/gi;
/** A numeric date that starts with the day, the month or the year: `12/10/2025`, `2025-10-12`. */
const DATE =
  /(?<![\d./-])(?:(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|[12]\d|3[01])\1(?:(?:19|20)\d\d|\d\d)|(?:19|20)\d\d([./-])(?:0?[1-9]|1[0-2])\2(?:0?[1-9]|[12]\d|3[01]))(?![./-]?\d)/g;
/** A time of day: `18:45`, `18:45:30`, `9.30 pm`. */
const TIME = /(?<![\d:.])(?:[01]?\d|2[0-3])(?::[0-5]\d(?::[0-5]\d)?(?![:.]?\d)|[:.][0-5]\d(?= ?[ap]\.?m\b))/gi;
const DIGITS = words('zero one two three four five six seven eight nine');
const LEAST_SPELLED = 8;

/** Disguised links. */
const DISGUISED = [
  /\bhxxps?:/gi,
  new RegExp(`\\S \\. ?(?:${TOP_LEVEL_DOMAINS})(?![\\p{L}\\p{N}])`, 'giu'),
  /(?<![\w.@-])[\w-]+\.[a-z]{2,}\/\w+/gi,
];
/** The end of a sentence without a space after it: "It is fine.In summer". */
const SENTENCE = /\.[A-Z][a-z]*$/;

/** Counts the links to domains that are not allowed. */
export function linksIn(text: string, allowedDomains: ReadonlySet<string>): number {
  const clear = text.replace(/[[(]\.[\])]/g, '.');
  const links = (linkify.match(clear) ?? []).filter(({ schema, raw }) => schema !== 'mailto:' && !SENTENCE.test(raw));
  const foreign = links.filter(({ url }) => !allowedDomains.has(hostOf(url)));
  const others = [SPELLED_DOMAIN, ...DISGUISED].map((pattern) => clear.match(pattern)?.length ?? 0);
  // An allowed link may be written without `http`, so disguises count only if no link was found.
  return foreign.length > 0 ? foreign.length : links.length > 0 ? 0 : Math.max(...others);
}

/** Counts the contact details in a text: e-mail addresses, telephone numbers and social media handles. */
export function contactsIn(text: string): number {
  const mails = (linkify.match(text) ?? []).filter(({ schema }) => schema === 'mailto:').length;
  const numbers = findPhoneNumbersInText(withoutDates(withDigits(text)), 'IN').length;
  const others = [SPELLED_MAIL, HANDLE, INVITATION].map((pattern) => text.match(pattern)?.length ?? 0);
  return mails + numbers + others.reduce((sum, count) => sum + count, 0);
}

const hostOf = (url: string): string => URL.parse(url)?.hostname.replace(/^www\./, '') ?? '';

/** Replaces dates and times by words: they are not telephone numbers, and would hide a number beside them. */
const withoutDates = (text: string): string => text.replace(DATE, ' date ').replace(TIME, ' time ');

/** A sequence of spelled-out digits. */
const SPELLED = new RegExp(`(?:\\b(?:double|triple|${DIGITS.join('|')})\\b[\\s,-]*){${LEAST_SPELLED},}`, 'gi');

/** Replaces Devanagari digits and spelled-out digits by ASCII digits. */
function withDigits(text: string): string {
  const figures = text.replace(/[०-९]/g, (digit) => String(digit.charCodeAt(0) - 0x966));
  return figures.replace(SPELLED, (spelled) => ` ${digitsOf(words(spelled.toLowerCase()))} `);
}

function digitsOf(spelled: string[]): string {
  let times = 1;
  return spelled
    .map((word) => {
      if (!DIGITS.includes(word)) {
        times = word === 'triple' ? 3 : 2;
        return '';
      }
      const digits = String(DIGITS.indexOf(word)).repeat(times);
      times = 1;
      return digits;
    })
    .join('');
}

function words(text: string): string[] {
  return text.match(/[a-z]+/g) ?? [];
}
