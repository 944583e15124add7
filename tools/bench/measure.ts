import { type Ceiling, measureCeiling } from './ceiling.ts';
import { type Cost, type Level, runLevel, type Site, watchIdle, withAcceptance } from './levels.ts';
import type { BenchOptions } from './options.ts';
import { measureQueue, type QueueRate } from './queue-rate.ts';
import type { Measured, Say } from './site.ts';
import { measureStartUps, type StartUp } from './start-up.ts';
import type { Reading } from './usage-reader.ts';
import { verify } from './verdict.ts';
import { warmUpUntilSettled } from './warm-up.ts';

/** All results; times in milliseconds. */
export interface Figures {
  at: string;
  /** Why statements are not counted; null if they are. */
  statementsMissing: string | null;
  idlePerSecond: Cost;
  levels: Level[];
  memory: Reading['usage'];
  ceiling: Ceiling[];
  queue: QueueRate;
  startUps: StartUp[];
  /** Whether every invariant holds after the purchases. */
  isSound: boolean;
}

/** The concurrency of the level with one hot variant. */
const HOT_CONCURRENCY = 32;
const JOBS_PER_ORDER = 10;

/** Number of orders that the stock must last for with these options. */
export const ordersFor = ({ orders, concurrency, warmup }: BenchOptions): number =>
  warmup + orders * (2 * concurrency.length + 1);

/** Runs everything from the warm-up to the invariants. @throws when a purchase fails during the warm-up. */
export async function measure(measured: Measured, options: BenchOptions, say: Say): Promise<Figures> {
  const { site, target, counters } = measured;
  const { orders, concurrency } = options;
  say('warming up until the figures settle');
  say(`warm after ${await warm(measured, options)} purchases`);
  say('watching the idle shop');
  const idlePerSecond = await watchIdle(site, options.idleSeconds);
  const levels = await runLevels(site, options, { idle: idlePerSecond, say });
  const { usage } = await site.meter.read();
  say('writing the same rows by hand-written SQL');
  const ceiling = await measureCeiling(measured, concurrency, orders);
  say('measuring jobs without work');
  const queue = await measureQueue(target, orders * JOBS_PER_ORDER);
  say('measuring the start of web and worker');
  const startUps = await measureStartUps(target);
  say('checking the invariants');
  const isSound = await verify(target.dataDir, say);
  const at = new Date().toISOString();
  const { missing: statementsMissing } = counters;
  return { at, statementsMissing, idlePerSecond, levels, memory: usage, ceiling, queue, startUps, isSound };
}

async function runLevels(
  site: Site,
  { orders, concurrency }: BenchOptions,
  { idle, say }: { idle: Cost; say: Say },
): Promise<Level[]> {
  const spread = concurrency.map((buyers) => ({ buyers, isHot: false }));
  const levels: Level[] = [];
  for (const { buyers, isHot } of [...spread, { buyers: hot(concurrency), isHot: true }]) {
    say(`${orders} purchases, ${buyers} at once${isHot ? ', one hot variant in all' : ''}`);
    levels.push(await runLevel(site, { orders, concurrency: buyers, isHot }, idle));
  }
  say('repeating the levels until the 202 answer');
  for (const [at, level] of levels.entries()) {
    if (!level.isHot) levels[at] = await withAcceptance(site, level, orders);
  }
  return levels;
}

/** Warms up compilers, caches and pools. @returns the number of purchases that it took */
export const warm = ({ site }: Measured, { warmup, concurrency }: BenchOptions): Promise<number> =>
  warmUpUntilSettled(site, { concurrency: hot(concurrency), most: warmup });

const hot = (concurrency: readonly number[]): number =>
  concurrency.includes(HOT_CONCURRENCY) ? HOT_CONCURRENCY : Math.max(...concurrency);
