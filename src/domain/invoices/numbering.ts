/** The two series of a seller; a letter more would not fit beside seven digits. */
const PREFIX = { invoice: 'VC', 'credit-note': 'CN' } as const;
export type DocumentKind = keyof typeof PREFIX;

/** A number may have sixteen characters (CGST Rules, rules 46(b) and 53(1A)): seven digits are left. */
const MOST = 9_999_999;

const calendar = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Kolkata', dateStyle: 'short' });

/** The date in India at an instant, as `2026-11-27`: tax law knows no other. */
export const indianDate = (at: Date): string => calendar.format(at);

/** The financial year of a date as `26-27`: it begins with April. */
export function financialYearOf(date: string): string {
  const [year = 0, month = 0] = date.split('-').map(Number);
  const first = month >= 4 ? year : year - 1;
  return `${twoDigits(first)}-${twoDigits(first + 1)}`;
}

const twoDigits = (year: number): string => String(year % 100).padStart(2, '0');

/** `VC/26-27/000123`. @throws RangeError beyond seven digits: then the seller needs another series. */
export function documentNumber({
  kind,
  year,
  sequence,
}: {
  kind: DocumentKind;
  year: string;
  sequence: number;
}): string {
  if (!Number.isSafeInteger(sequence) || sequence < 1 || sequence > MOST) throw new RangeError(`No number ${sequence}`);
  return `${PREFIX[kind]}/${year}/${String(sequence).padStart(6, '0')}`;
}
