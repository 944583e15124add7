import { z } from 'zod';
import { indianDate } from '../../../../domain/invoices/numbering.ts';
import { PERIODS, type Period } from '../../../../entities/analytics/local-time.ts';
import { invalid, type Problem } from '../../../http/errors/problems.ts';

const DAY_MS = 86_400_000;
/** Days of the range if the request names no first day. */
const DEFAULT_DAYS = 30;
/** The most days of a range, and of one by hours. */
const MOST_DAYS = 3_660;
const MOST_DAYS_BY_HOUR = 92;
const FIRST_DAY = '2000-01-01';
const LAST_DAY = '2099-12-31';

/** Query parameters that select a range of days of the shop's time zone. */
export const rangeQuery = {
  from: z.iso
    .date()
    .optional()
    .meta({
      description: `First day, in India (UTC+05:30). Default: ${DEFAULT_DAYS - 1} days before \`to\`.`,
      examples: ['2026-11-01'],
    }),
  to: z.iso
    .date()
    .optional()
    .meta({
      description: `Last day, in India (UTC+05:30). Default: today. A range has at most ${MOST_DAYS} days.`,
      examples: ['2026-11-30'],
    }),
};

export const periodQuery = z
  .enum(PERIODS)
  .default('day')
  .meta({
    description: `The length of a period. Weeks begin on Monday. By \`hour\`: at most ${MOST_DAYS_BY_HOUR} days.`,
  });

/** Days of the shop's time zone, both inclusive. */
export interface DayRange {
  from: string;
  to: string;
}

/** The fields of a range in an answer. */
export const rangeFields = {
  from: z.iso.date().meta({ description: 'First day of the range.' }),
  to: z.iso.date().meta({ description: 'Last day of the range.' }),
};

/** The day so many days after a day. */
export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** The instant at which a day of India begins, or one so many days later. */
export const startOf = (day: string, days = 0): Date => new Date(`${addDays(day, days)}T00:00:00+05:30`);

const daysOf = ({ from, to }: DayRange): number =>
  (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS + 1;

interface RangeRequest {
  from?: string | undefined;
  to?: string | undefined;
  by?: Period;
}

/**
 * Returns the requested range, and the range of as many days before it.
 * @throws RequestFault VALIDATION_FAILED for a range that is empty or too long
 */
export function rangesOf(
  { from: first, to: last, by }: RangeRequest,
  now: Date,
): { range: DayRange; before: DayRange } {
  const to = last ?? indianDate(now);
  const problems = [...limits('to', to), ...(first === undefined ? [] : limits('from', first))];
  if (problems.length > 0) throw invalid(problems);
  const range = { from: first ?? addDays(to, 1 - DEFAULT_DAYS), to };
  const days = daysOf(range);
  const most = by === 'hour' ? MOST_DAYS_BY_HOUR : MOST_DAYS;
  if (days < 1) throw invalid([{ where: 'query.from', problem: 'is after `to`', expected: `at most ${to}` }]);
  if (days > most)
    throw invalid([{ where: 'query.from', problem: `begins ${days} days`, expected: `at most ${most} days` }]);
  return { range, before: { from: addDays(range.from, -days), to: addDays(range.from, -1) } };
}

const limits = (name: string, day: string): Problem[] =>
  day >= FIRST_DAY && day <= LAST_DAY
    ? []
    : [{ where: `query.${name}`, problem: 'is out of range', expected: `${FIRST_DAY} to ${LAST_DAY}` }];
