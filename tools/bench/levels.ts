import { setTimeout as sleep } from 'node:timers/promises';
import type { Books, Goods } from './books.ts';
import type { Child } from './child.ts';
import { interruption } from './interruption.ts';
import type { Load, Loaded } from './load.ts';
import { type Percentiles, percentilesOf } from './percentiles.ts';
import { ROLES, type Role, type Spent, spentBetween, type UsageReader } from './usage-reader.ts';

/** The shop, the counters and the load generator for a level. */
export interface Site {
  url: string;
  goods: Goods;
  meter: UsageReader;
  books: Books;
  buyers: Child<Load, Loaded>;
  settleSeconds: number;
}

/** The cost of one purchase, or of one idle second. */
export interface Cost {
  cpuMs: Record<Role, number | null>;
  sumMs: number | null;
  /** The load generator. */
  buyersMs: number;
  /** The bench process, which also collects the logs of its own stack. */
  benchMs: number;
  /** Percentage of this machine's CPU used by other processes; a high value makes the results unreliable. */
  others: number;
  statements: number | null;
  nested: number | null;
  control: number | null;
  commits: number;
  writes: number;
  walKb: number;
  redisCommands: number;
  jobs: number;
}

export interface Level {
  name: string;
  concurrency: number;
  /** Whether every order contains the same variant. */
  isHot: boolean;
  orders: number;
  ordersPerSecond: number;
  flow: Percentiles | null;
  /** Times until the 202 answer; null if not measured. */
  accepted: Percentiles | null;
  perOrder: Cost;
  failures: string[];
}

export interface LevelRequest {
  orders: number;
  concurrency: number;
  isHot?: boolean;
}

/** Runs purchases without measuring. @throws when a purchase fails. */
export async function warmUp(site: Site, request: LevelRequest): Promise<void> {
  const { failures } = await load(site, request, true);
  if (failures[0]) throw new Error(`a purchase failed: ${failures[0]}`);
  await site.books.quiet();
}

/** Measures the cost of the idle shop per second. */
export async function watchIdle(site: Site, seconds: number): Promise<Cost> {
  await waitSeconds(site.settleSeconds);
  const [before, bench] = [await site.meter.read(), process.cpuUsage()];
  await waitSeconds(seconds);
  const spent = spentBetween(before, await site.meter.read());
  return costOf(spent, { units: spent.seconds, buyersMs: 0, bench });
}

/** Measures purchases whose checkout request waits for the outcome. */
export async function runLevel(site: Site, request: LevelRequest, idle: Cost): Promise<Level> {
  const [before, bench] = [await site.meter.read(), process.cpuUsage()];
  const loaded = await load(site, request, true);
  await site.books.quiet();
  const reading = await site.meter.read();
  const spent = spentBetween(before, reading);
  const orders = loaded.flowMs.length;
  const perOrder = costOf(spent, { units: orders, buyersMs: loaded.cpuMs, bench });
  // Backends publish their commits up to ten seconds late; the idle cost of that time is subtracted.
  await waitSeconds(site.settleSeconds);
  const settled = spentBetween(reading, await site.meter.read());
  perOrder.commits += (settled.counts.commits - idle.commits * settled.seconds) / orders;
  return {
    name: request.isHot ? `${request.concurrency}, hot` : String(request.concurrency),
    concurrency: request.concurrency,
    isHot: request.isHot ?? false,
    orders,
    ordersPerSecond: orders / loaded.seconds,
    flow: percentilesOf(loaded.flowMs),
    accepted: null,
    perOrder,
    failures: loaded.failures,
  };
}

/**
 * Runs a level again with buyers who accept the 202 answer and then wait for the outcome. Call it after all levels have
 * been measured: its commits are published too late to distinguish them.
 */
export async function withAcceptance(site: Site, level: Level, orders: number): Promise<Level> {
  const { acceptedMs, failures } = await load(site, { orders, concurrency: level.concurrency }, false);
  await site.books.quiet();
  return { ...level, accepted: percentilesOf(acceptedMs), failures: [...level.failures, ...failures] };
}

const waitSeconds = (seconds: number): Promise<void> => sleep(seconds * 1_000, undefined, { signal: interruption });

function load(
  { url, goods, buyers }: Site,
  { orders, concurrency, isHot }: LevelRequest,
  isPatient: boolean,
): Promise<Loaded> {
  const { variantIds, hotVariantId } = goods;
  return buyers.ask({ url, orders, concurrency, variantIds, isPatient, ...(isHot && { hotVariantId }) });
}

function costOf(
  { cpuMs, sumMs, counts, machine }: Spent,
  { units, buyersMs, bench }: { units: number; buyersMs: number; bench: NodeJS.CpuUsage },
): Cost {
  const per = (value: number | null) => (value === null ? null : value / units);
  const { user, system } = process.cpuUsage(bench);
  const benchMs = (user + system) / 1_000;
  const ours = ROLES.reduce((sum, role) => sum + (cpuMs[role] ?? 0), 0) + buyersMs + benchMs;
  const { statements, nested, control, commits, writes, walKb, redisCommands, jobs } = counts;
  return {
    cpuMs: Object.fromEntries(ROLES.map((role) => [role, per(cpuMs[role])])) as Cost['cpuMs'],
    sumMs: per(sumMs),
    buyersMs: buyersMs / units,
    benchMs: benchMs / units,
    others: (100 * Math.max(0, machine.busyMs - ours)) / machine.allMs,
    statements: per(statements),
    nested: per(nested),
    control: per(control),
    commits: commits / units,
    writes: writes / units,
    walKb: walKb / units,
    redisCommands: redisCommands / units,
    jobs: jobs / units,
  };
}
