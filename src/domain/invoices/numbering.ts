/**
 * The number series of a seller. Tax invoices and bills of supply share one (CGST Rules, rules 46(b), 46A and 49(b)).
 */
export const DOCUMENT_KINDS = ['invoice', 'credit-note'] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

/** The prefix of the numbers of each kind. */
export type Prefixes = Readonly<Record<DocumentKind, string>>;
export const FIRST_PREFIXES: Prefixes = { invoice: 'VC', 'credit-note': 'CN' };

/** The most characters of a number (CGST Rules, rules 46(b) and 53(1A)). */
const MAX_LENGTH = 16;
const DIGITS = 6;
const PREFIX = /^[A-Z0-9]{1,4}$/;

const calendar = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Kolkata', dateStyle: 'short' });

/** Returns the date in India at an instant, e.g. `2026-11-27`, as tax law requires. */
export const indianDate = (at: Date): string => calendar.format(at);

/** Returns the financial year of a date, e.g. `26-27`; it begins in April. */
export function financialYearOf(date: string): string {
  const [year = 0, month = 0] = date.split('-').map(Number);
  const first = month >= 4 ? year : year - 1;
  return `${twoDigits(first)}-${twoDigits(first + 1)}`;
}

const twoDigits = (year: number): string => String(year % 100).padStart(2, '0');

/**
 * Returns a document number, e.g. `VC/26-27/000123`.
 * @throws RangeError when the sequence has more digits than the prefix leaves room for (seven after two characters):
 * the seller then needs another series
 */
export function documentNumber({ prefix, year, sequence }: { prefix: string; year: string; sequence: number }): string {
  const head = `${prefix}/${year}/`;
  const room = MAX_LENGTH - head.length;
  if (!Number.isSafeInteger(sequence) || sequence < 1 || sequence >= 10 ** room)
    throw new RangeError(`No number ${sequence} behind ${head}`);
  return `${head}${String(sequence).padStart(Math.min(DIGITS, room), '0')}`;
}

/**
 * Returns the stored name of a series. A series with the default prefix is stored under its year alone, as in releases
 * before prefixes were configurable, so that both releases can run at the same time.
 */
export const seriesName = (kind: DocumentKind, { prefix, year }: { prefix: string; year: string }): string =>
  prefix === FIRST_PREFIXES[kind] ? year : `${prefix}/${year}`;

/** Returns the problems of the prefixes, one line each; two series must never produce the same number. */
export function prefixProblems(prefixes: Prefixes): string[] {
  const settings = { invoice: 'INVOICE_PREFIX', 'credit-note': 'CREDIT_NOTE_PREFIX' } as const;
  const problems = DOCUMENT_KINDS.flatMap((kind) => {
    const [name, prefix, other] = [settings[kind], prefixes[kind], OTHER[kind]];
    if (!PREFIX.test(prefix)) return [`${name}: "${prefix}" must be 1 to 4 capital letters or digits`];
    return prefix === FIRST_PREFIXES[other] ? [`${name}: "${prefix}" may be on documents of ${settings[other]}`] : [];
  });
  if (prefixes.invoice === prefixes['credit-note']) problems.push('INVOICE_PREFIX, CREDIT_NOTE_PREFIX: must differ');
  return problems;
}

const OTHER: Readonly<Record<DocumentKind, DocumentKind>> = { invoice: 'credit-note', 'credit-note': 'invoice' };
