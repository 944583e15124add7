import { stringify } from 'csv-stringify/sync';

/** Spreadsheets write it before UTF-8, and read a file without it in another encoding. */
export const BYTE_ORDER_MARK = '\ufeff';

/*
 * Spreadsheets execute cells that begin like a formula (OWASP, "CSV Injection"): with a sign, also a full-width one, with
 * a tab or line break, or with blanks before a sign. Such a text gets a leading apostrophe, which marks text in
 * spreadsheets. If apostrophes precede the formula, it gets one more, so that reading can remove exactly one.
 */
const FORMULA = /^'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/;

/** Escapes a text that spreadsheets would execute as a formula. */
export const guarded = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** Reverses `guarded`. */
export const unguarded = (cell: string): string => (cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell);

/** Formats CSV lines (RFC 4180, but with LF); a cell with any line break is quoted. */
export const csvLines = (rows: readonly (readonly (string | number)[])[]): string =>
  stringify([...rows], { quoted_match: [/[\r\n]/] });

/** Paise as rupees with two decimals. */
export const toRupees = (paise: number): string => `${Math.trunc(paise / 100)}.${String(paise % 100).padStart(2, '0')}`;

/** Rupees with at most two decimals, as `499` or `499.5`, in paise. */
export function toPaise(rupees: string): number {
  const [whole = '', part = ''] = rupees.split('.');
  return Number(whole) * 100 + Number(part.padEnd(2, '0'));
}

/** Separates several values in a cell. */
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

/** The URLs of images, separated by `|`; JSON if an image has an alt text or a URL contains a separator. */
export function mediaCell(media: readonly Medium[]): string {
  const isPlain = media.every(({ url, alt }) => alt === '' && !/[|\s[]/.test(url));
  return isPlain ? media.map(({ url }) => url).join(SEPARATOR) : JSON.stringify(media);
}

/** Attributes as JSON; an empty cell for no attributes. */
export const attributesCell = (attributes: object): string =>
  Object.keys(attributes).length === 0 ? '' : JSON.stringify(attributes);
