import { type Ceiling, measureCeiling } from './ceiling.ts';
import { type Cost, type Level, runLevel, type Site, warmUp, watchIdle, withAcceptance } from './levels.ts';
import type { Reading } from './meter.ts';
import type { BenchOptions } from './options.ts';
import { measureQueue, type QueueRate } from './queue-rate.ts';
import type { Measured, Say } from './site.ts';
import { measureStartUps, type StartUp } from './start-up.ts';
import { verify } from './verdict.ts';

/** Everything that was measured; times in milliseconds. */
export interface Figures {
  at: string;
  /** Why statements are missing; null when they are counted. */
  statementsMissing: string | null;
  idlePerSecond: Cost;
  levels: Level[];
  memory: Reading['usage'];
  ceiling: Ceiling[];
  queue: QueueRate;
  startUps: StartUp[];
  /** Whether every conservation law holds after the purchases. */
  isSound: boolean;
}

/** The load of the row with one hot variant. */
const HOT_CONCURRENCY = 32;
const WARM_CONCURRENCY = 8;
const JOBS_PER_ORDER = 10;

/** How many orders the shop must be able to serve for these options. */
export const ordersFor = ({ orders, concurrency, warmup }: BenchOptions): number =>
  warmup + orders * (2 * concurrency.length + 1);

/** The whole run, from the warm-up to the laws. @throws when the shop refuses a purchase while it is warmed up. */
export async function measure(measured: Measured, options: BenchOptions, say: Say): Promise<Figures> {
  const { site, target, counters } = measured;
  const { orders, concurrency } = options;
  say(`warming up with ${options.warmup} purchases`);
  await warm(measured, options);
  say('watching the idle shop');
  const idlePerSecond = await watchIdle(site, options.idleSeconds);
  const levels = await runLevels(site, options, { idle: idlePerSecond, say });
  const { usage } = await site.meter.read();
  say('the same rows by hand');
  const ceiling = await measureCeiling(measured, concurrency, orders);
  say('jobs that do nothing');
  const queue = await measureQueue(target, orders * JOBS_PER_ORDER);
  say('starts of web and worker');
  const startUps = await measureStartUps(target);
  say('the conservation laws');
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
  say('the same again, until the 202');
  for (const [at, level] of levels.entries()) {
    if (!level.isHot) levels[at] = await withAcceptance(site, level, orders);
  }
  return levels;
}

/** Lets the compilers, the caches and the pools fill. */
export const warm = ({ site }: Measured, { warmup }: BenchOptions): Promise<void> =>
  warmUp(site, { orders: warmup, concurrency: WARM_CONCURRENCY });

const hot = (concurrency: readonly number[]): number =>
  concurrency.includes(HOT_CONCURRENCY) ? HOT_CONCURRENCY : Math.max(...concurrency);
