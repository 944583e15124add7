import { z } from 'zod';
import { uuidv7Floor } from '../../infra/ids.ts';

const day = z.iso.date().optional();

/** The days for which lists of orders can be asked. */
export const dayQuery = {
  from: day.meta({
    description: 'Orders placed on this day in India (UTC+05:30) or later, e.g. `2026-11-01`.',
    examples: ['2026-11-01'],
  }),
  to: day.meta({
    description: 'Orders placed on this day in India (UTC+05:30) or earlier, e.g. `2026-11-30`.',
    examples: ['2026-11-30'],
  }),
};

const DAY_MS = 86_400_000;

/** When an order was placed, at the earliest, and before when. */
export interface Placed {
  from?: Date | undefined;
  before?: Date | undefined;
}

/** PostgreSQL and UUIDv7 know no instants before these. */
const instant = (ms: number): Date => new Date(Math.max(ms, 0));
const startOfDay = (date: string): number => Date.parse(`${date}T00:00:00+05:30`);

interface Asked {
  from?: string | undefined;
  to?: string | undefined;
  placedFrom?: string | undefined;
  placedBefore?: string | undefined;
}

/** What was asked for in days and in instants, as instants; of two bounds the narrower one counts. */
export function placedIn({ from, to, placedFrom, placedBefore }: Asked): Placed {
  const first = [from && startOfDay(from), placedFrom && Date.parse(placedFrom)].filter((ms) => typeof ms === 'number');
  const last = [to && startOfDay(to) + DAY_MS, placedBefore && Date.parse(placedBefore)].filter(
    (ms) => typeof ms === 'number',
  );
  return {
    ...(first.length > 0 && { from: instant(Math.max(...first)) }),
    ...(last.length > 0 && { before: instant(Math.min(...last)) }),
  };
}

/**
 * How long before its order a checkout begins, which gives the order its id: mostly minutes; money that comes more than
 * 30 days after the end of a checkout makes no order any more.
 */
const CHECKOUT_MS = 31 * DAY_MS;
/** Clocks of processes differ by less. */
const CLOCKS_MS = 3_600_000;

/** Conditions on orders `o` with the value of each: the instant itself, and ids, so that other months are not read. */
export function placedConditions({ from, before }: Placed): [sql: string, value: unknown][] {
  const conditions: [sql: string, value: unknown][] = [];
  if (from) {
    conditions.push(['o.placed_at >= ?::timestamptz', from]);
    conditions.push(['o.id >= ?::uuid', uuidv7Floor(instant(from.getTime() - CHECKOUT_MS))]);
  }
  if (before) {
    conditions.push(['o.placed_at < ?::timestamptz', before]);
    conditions.push(['o.id < ?::uuid', uuidv7Floor(instant(before.getTime() + CLOCKS_MS))]);
  }
  return conditions;
}
