import { z } from 'zod';
import { uuidv7Floor } from '../../infra/ids.ts';
import { invalid } from '../http/errors/problems.ts';

const day = z.iso.date().optional();

/** Query parameters that limit a list of orders to a range of days. */
export const dayQuery = {
  from: day.meta({
    description: 'First day on which the orders were placed, in India (UTC+05:30), e.g. `2026-11-01`.',
    examples: ['2026-11-01'],
  }),
  to: day.meta({
    description: 'Last day on which the orders were placed, in India (UTC+05:30), e.g. `2026-11-30`.',
    examples: ['2026-11-30'],
  }),
};

const DAY_MS = 86_400_000;

/** A range of placement times: `from` is inclusive, `before` is exclusive. */
export interface PlacedRange {
  from?: Date | undefined;
  before?: Date | undefined;
}

/** UUIDv7 cannot represent times before 1970. */
const instant = (ms: number): Date => new Date(Math.max(ms, 0));
const startOfDay = (date: string): number => Date.parse(`${date}T00:00:00+05:30`);

interface PlacedQuery {
  from?: string | undefined;
  to?: string | undefined;
  placedFrom?: string | undefined;
  placedBefore?: string | undefined;
}

/**
 * Converts days and instants of a query into one range; the narrower of two limits applies.
 * @throws RequestFault VALIDATION_FAILED when `from` is after `to`
 */
export function placedRangeOf({ from, to, placedFrom, placedBefore }: PlacedQuery): PlacedRange {
  if (from && to && from > to)
    throw invalid([{ where: 'query.from', problem: 'is after `to`', expected: `at most ${to}` }]);
  const earliest = [from && startOfDay(from), placedFrom && Date.parse(placedFrom)].filter(
    (ms) => typeof ms === 'number',
  );
  const latest = [to && startOfDay(to) + DAY_MS, placedBefore && Date.parse(placedBefore)].filter(
    (ms) => typeof ms === 'number',
  );
  return {
    ...(earliest.length > 0 && { from: instant(Math.max(...earliest)) }),
    ...(latest.length > 0 && { before: instant(Math.min(...latest)) }),
  };
}

/**
 * The maximum age of an order's id when the order is placed. The checkout creates the id, usually minutes before; a
 * payment more than 30 days after the end of a checkout creates no order.
 */
const MAX_CHECKOUT_MS = 31 * DAY_MS;
/** The maximum difference between the clocks of processes. */
const MAX_CLOCK_SKEW_MS = 3_600_000;

/** SQL conditions on orders `o` with their values. The limits on the id avoid reading other monthly partitions. */
export function placedConditions({ from, before }: PlacedRange): [sql: string, value: unknown][] {
  const conditions: [sql: string, value: unknown][] = [];
  if (from) {
    conditions.push(['o.placed_at >= ?::timestamptz', from]);
    conditions.push(['o.id >= ?::uuid', uuidv7Floor(instant(from.getTime() - MAX_CHECKOUT_MS))]);
  }
  if (before) {
    conditions.push(['o.placed_at < ?::timestamptz', before]);
    conditions.push(['o.id < ?::uuid', uuidv7Floor(instant(before.getTime() + MAX_CLOCK_SKEW_MS))]);
  }
  return conditions;
}
