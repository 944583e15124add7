import { stringify } from 'csv-stringify/sync';

/** Spreadsheets put it before UTF-8, and take what comes without it for another encoding. */
export const BYTE_ORDER_MARK = '\ufeff';

/*
 * A spreadsheet carries out what begins like a formula, as OWASP lists it ("CSV Injection"): with a sign, also a
 * full-width one, with a tab or a line end, or with blanks before a sign. Such a text gets an apostrophe before it, which
 * spreadsheets take for "this is text"; one that begins with apostrophes and then like a formula gets one more, so that
 * reading can take exactly one away.
 */
const FORMULA = /^'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/;

/** A text as it may stand in a file for spreadsheets. */
export const guarded = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** The text that `guarded` was given. */
export const unguarded = (cell: string): string => (cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell);

/** Lines of a CSV file (RFC 4180, but for the line feed); a cell with any kind of line break is quoted. */
export const csvLines = (rows: readonly (readonly (string | number)[])[]): string =>
  stringify([...rows], { quoted_match: [/[\r\n]/] });

/** Paise as rupees with two decimals. */
export const toRupees = (paise: number): string => `${Math.trunc(paise / 100)}.${String(paise % 100).padStart(2, '0')}`;

/** Rupees with at most two decimals, as `499` or `499.5`, in paise. */
export function toPaise(rupees: string): number {
  const [whole = '', part = ''] = rupees.split('.');
  return Number(whole) * 100 + Number(part.padEnd(2, '0'));
}

/** Several values in a cell. */
export const SEPARATOR = '|';
export const split = (cell: string): string[] =>
  cell
    .split(SEPARATOR)
    .map((one) => one.trim())
    .filter(Boolean);

export interface Medium {
  url: string;
  alt: string;
}

/** Addresses of pictures; as JSON where they have words for those who cannot see them, or could not be told apart. */
export function mediaCell(media: readonly Medium[]): string {
  const isPlain = media.every(({ url, alt }) => alt === '' && !/[|\s[]/.test(url));
  return isPlain ? media.map(({ url }) => url).join(SEPARATOR) : JSON.stringify(media);
}

/** Attributes as JSON; nothing for none. */
export const attributesCell = (attributes: object): string =>
  Object.keys(attributes).length === 0 ? '' : JSON.stringify(attributes);
