import { localStart, type Period } from '../../../entities/analytics/local-time.ts';
import type { Query } from '../../../infra/database/query.ts';
import { uuidv7Floor } from '../../../infra/ids.ts';
import { type DayRange, startOf } from './answer/day-range.ts';
import { inPeriods, type PeriodHead } from './answer/periods.ts';

interface ReviewSums {
  written: number;
  approved: number;
  rejected: number;
  stars: number;
}

const count = (filter: string): string => `count(*) filter (where ${filter})`;
const SUMS = [
  { name: 'written', sql: count(`state <> 'deleted'`) },
  { name: 'approved', sql: count(`state = 'approved'`) },
  { name: 'rejected', sql: count(`state = 'rejected'`) },
  { name: 'stars', sql: `coalesce(sum(rating) filter (where state = 'approved'), 0)` },
];

/** A review's id contains almost the time at which it was written; its partition is found by it. */
const FACTS = `select ${localStart('hour', 'created_at')} as hour, state, rating from reviews where id >= $3::uuid and id < $4::uuid`;
const SLACK_MS = 3_600_000;

/** Reads the reviews of each period of a range. */
export async function readReviews(search: Query, { from, to }: DayRange, by: Period) {
  const ids = [startOf(from).getTime() - SLACK_MS, startOf(to, 1).getTime() + SLACK_MS].map((ms) =>
    uuidv7Floor(new Date(ms)),
  );
  const sql = inPeriods(by, { facts: FACTS, sums: SUMS, days: ['$1', '$2'] });
  return search<ReviewSums & PeriodHead>(sql, [from, to, ...ids]);
}

/** Adds up the reviews of all periods. */
export function reviewFiguresOf(periods: readonly ReviewSums[]) {
  const total = (name: keyof ReviewSums): number => periods.reduce((sum, each) => sum + each[name], 0);
  const [written, approved, rejected] = [total('written'), total('approved'), total('rejected')];
  const averageRating = approved === 0 ? null : Math.round((total('stars') / approved) * 100) / 100;
  return { written, approved, rejected, waiting: written - approved - rejected, averageRating };
}
