import type { Statement } from './counters.ts';
import { type Site, warmUp } from './levels.ts';
import type { BenchOptions } from './options.ts';
import { profileDuring } from './profiler.ts';
import type { Measured, Say } from './site.ts';
import { type Cell, table } from './table.ts';
import { byOrigin, hotSpots, shortText } from './top.ts';

const MOST_FUNCTIONS = 25;
const MOST_STATEMENTS = 40;

/** One level, watched from the inside: the hot functions of a process. The level is twice as long, as samples are few. */
export async function lookAtFunctions(site: Site, options: BenchOptions, { say, inspector }: Inside): Promise<void> {
  const { role, address } = inspector;
  const { orders, concurrency } = wishOf(options);
  const profile = await profileDuring(address, () => warmUp(site, { orders, concurrency }));
  const spots = hotSpots(profile);
  const all = spots.reduce((sum, { ms }) => sum + ms, 0);
  const row = (name: string, ms: number): Cell[] => [name, ms / orders, (100 * ms) / all];
  say(`\n${role}: ${(all / orders).toFixed(2)} ms of work per order (sampled), ${concurrency} buyers at once`);
  say(table([['by origin', 'ms/order', '%'], ...byOrigin(spots).map(({ origin, ms }) => row(origin, ms))]));
  const top = spots.slice(0, MOST_FUNCTIONS);
  say(`\n${table([['function (self time)', 'ms/order', '%'], ...top.map((spot) => row(`${spot.origin}: ${spot.name}`, spot.ms))])}`);
}

export interface Inside {
  say: Say;
  inspector: { role: string; address: string };
}

/** One level, watched from inside Postgres. @throws when it does not count statements. */
export async function lookAtStatements({ site, counters }: Measured, options: BenchOptions, say: Say): Promise<void> {
  if (counters.missing) throw new Error(`statements are not counted there: ${counters.missing}`);
  const wish = wishOf(options);
  await counters.reset();
  await warmUp(site, wish);
  const statements = await counters.top(1_000);
  const { calls, ms } = sumOf(statements);
  const perOrder = (one: { calls: number; ms: number }) => [one.calls / wish.orders, one.ms / wish.orders];
  const rows = statements.slice(0, MOST_STATEMENTS).map((one): Cell[] => [shortText(one), ...perOrder(one)]);
  const sum: Cell[] = ['all, with begin, commit and the checks of foreign keys', ...perOrder({ calls, ms })];
  say(`\n${table([['statement', 'calls/order', 'ms/order'], ...rows, sum])}`);
}

const sumOf = (statements: readonly Statement[]) => ({
  calls: statements.reduce((sum, one) => sum + one.calls, 0),
  ms: statements.reduce((sum, one) => sum + one.ms, 0),
});

export const wishOf = ({ orders, concurrency }: BenchOptions) => ({ orders, concurrency: concurrency.at(-1) ?? 1 });
