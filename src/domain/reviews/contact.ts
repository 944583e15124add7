import { findPhoneNumbersInText } from 'libphonenumber-js';
import { LinkifyIt } from 'linkify-it';

/**
 * Ends of addresses that are written without `http`. Not all there are: "good.it fits" is a sentence, not an address in
 * Italy.
 */
const BARE = 'com|net|org|in|co|io|info|biz|shop|store|online|site|xyz|app|dev|me|ly';
const linkify = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: true, tlds: BARE.split('|') });

const SPELLED_DOMAIN = new RegExp(`[\\p{L}\\p{N}-]{2,} ?[([]?dot[)\\]]? ?(?:${BARE})(?![\\p{L}\\p{N}])`, 'giu');
const SPELLED_MAIL = /[\w.-]+ ?[([]?at[)\]]? ?(gmail|yahoo|hotmail|outlook|rediffmail)\b/gi;
const HANDLE = /(^|[\s(])@[A-Za-z0-9_.]{3,}/g;
const INVITATION =
  /\b(dm|text|msg|message|whats ?app|call|ping|contact|follow|reach)\s+(me|us|at|on|my|our)\b|\b(my|our) (insta|instagram|telegram|whats ?app)\b/gi;
const DIGITS = words('zero one two three four five six seven eight nine');
const LEAST_SPELLED = 8;

/** How many links lead elsewhere than to what is allowed. */
export function linksIn(text: string, allowedDomains: ReadonlySet<string>): number {
  const links = (linkify.match(text) ?? []).filter(({ schema }) => schema !== 'mailto:');
  const foreign = links.filter(({ url }) => !allowedDomains.has(hostOf(url)));
  return foreign.length + (text.match(SPELLED_DOMAIN)?.length ?? 0);
}

/** How many ways to reach somebody the text has: addresses, telephone numbers, names in networks. */
export function contactsIn(text: string): number {
  const mails = (linkify.match(text) ?? []).filter(({ schema }) => schema === 'mailto:').length;
  const numbers = findPhoneNumbersInText(withDigits(text), 'IN').length;
  const others = [SPELLED_MAIL, HANDLE, INVITATION].map((pattern) => text.match(pattern)?.length ?? 0);
  return mails + numbers + others.reduce((sum, count) => sum + count, 0);
}

const hostOf = (url: string): string => URL.parse(url)?.hostname.replace(/^www\./, '') ?? '';

/** With figures for the digits of other scripts, and for a row of digits that are spelled out. */
function withDigits(text: string): string {
  const figures = text.replace(/[०-९]/g, (digit) => String(digit.charCodeAt(0) - 0x966));
  const row = new RegExp(`(?:\\b(?:${DIGITS.join('|')})\\b[\\s,-]*){${LEAST_SPELLED},}`, 'gi');
  return figures.replace(
    row,
    (spelled) =>
      ` ${words(spelled.toLowerCase())
        .map((word) => DIGITS.indexOf(word))
        .join('')} `,
  );
}

function words(text: string): string[] {
  return text.match(/[a-z]+/g) ?? [];
}
