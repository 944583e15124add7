import { addDays, type DayRange } from './day-range.ts';

/** Days from `first` until before `end`. */
export interface DaySpan {
  first: string;
  end: string;
}

export interface SignedSpan extends DaySpan {
  /** -1: the sums of these days are subtracted. */
  sign: 1 | -1;
}

/**
 * Divides a range into complete months, and at most 15 days at each end that are added to the months or subtracted from
 * them: a sum over a long range then reads few rows. A span without days has `first` = `end`.
 */
export function monthsAndDays({ from, to }: DayRange): { months: DaySpan; days: SignedSpan[] } {
  const end = addDays(to, 1);
  const [first, last] = [nearestMonth(from), nearestMonth(end)];
  const days = [signedSpan(from, first), signedSpan(last, end)];
  if (daysIn({ first: from, end }) > days.reduce((sum, span) => sum + daysIn(span), 0))
    return { months: { first, end: last }, days };
  return { months: { first: from, end: from }, days: [signedSpan(from, end)] };
}

const DAY_MS = 86_400_000;
const daysIn = ({ first, end }: DaySpan): number => (Date.parse(end) - Date.parse(first)) / DAY_MS;

const signedSpan = (from: string, to: string): SignedSpan =>
  from <= to ? { first: from, end: to, sign: 1 } : { first: to, end: from, sign: -1 };

/** The first day of the month of a day, or of the next month, whichever is nearer. */
function nearestMonth(day: string): string {
  const first = `${day.slice(0, 7)}-01`;
  const next = `${addDays(first, 31).slice(0, 7)}-01`;
  return daysIn({ first, end: day }) <= daysIn({ first: day, end: next }) ? first : next;
}
