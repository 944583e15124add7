import { type Site, warmUp } from './levels.ts';
import { spentBetween } from './usage-reader.ts';

/** Purchases per round. */
const ROUND = 200;
/** The figures have settled when a round is less than this share cheaper than the cheapest round before it. */
const SETTLED = 0.05;
/** With fewer rounds, Node.js has not compiled everything that is hot. */
const LEAST_ROUNDS = 3;

/**
 * Buys until the CPU of a purchase no longer falls, at most `most` purchases.
 * @returns the number of purchases @throws when a purchase fails
 */
export async function warmUpUntilSettled(
  site: Site,
  { concurrency, most }: { concurrency: number; most: number },
): Promise<number> {
  const costs: number[] = [];
  for (let bought = 0; bought < most; ) {
    const orders = Math.min(ROUND, most - bought);
    const before = await site.meter.read();
    await warmUp(site, { orders, concurrency });
    const { sumMs } = spentBetween(before, await site.meter.read());
    bought += orders;
    costs.push((sumMs ?? 0) / orders);
    if (haveSettled(costs)) return bought;
  }
  return most;
}

/** Whether the last cost is hardly below the lowest before it. */
export function haveSettled(costs: readonly number[]): boolean {
  const last = costs.at(-1) ?? 0;
  return costs.length >= LEAST_ROUNDS && last > Math.min(...costs.slice(0, -1)) * (1 - SETTLED);
}
