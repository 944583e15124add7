import { setTimeout as sleep } from 'node:timers/promises';
import type { Books, Goods } from './books.ts';
import type { Child } from './child.ts';
import { interruption } from './interruption.ts';
import type { Load, Loaded } from './load.ts';
import { type GaugeSet, ROLES, type Role, type Spent, spentBetween } from './meter.ts';
import { type Percentiles, percentilesOf } from './percentiles.ts';

/** Everything that a level is run with. */
export interface Site {
  url: string;
  goods: Goods;
  meter: GaugeSet;
  books: Books;
  buyers: Child<Load, Loaded>;
  settleSeconds: number;
}

/** What one purchase cost, or one second of doing nothing. */
export interface Cost {
  cpuMs: Record<Role, number | null>;
  sumMs: number | null;
  /** The load generator. */
  buyersMs: number;
  /** The process that reports, which also collects the logs of a stack of its own. */
  benchMs: number;
  /** Percentage of this machine's CPU time that all other processes took: the larger, the less a figure is worth. */
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
  /** Whether every order had the same variant in it. */
  isHot: boolean;
  orders: number;
  ordersPerSecond: number;
  flow: Percentiles | null;
  /** Of the request that is answered with 202; null where it was not measured. */
  accepted: Percentiles | null;
  perOrder: Cost;
  failures: string[];
}

export interface OrderCommandRequest {
  orders: number;
  concurrency: number;
  isHot?: boolean;
}

/** Buys without measuring. @throws when a purchase fails. */
export async function warmUp(site: Site, wish: OrderCommandRequest): Promise<void> {
  const { failures } = await load(site, wish, true);
  if (failures[0]) throw new Error(`a purchase failed: ${failures[0]}`);
  await site.books.quiet();
}

/** What the shop costs per second when nobody buys. */
export async function watchIdle(site: Site, seconds: number): Promise<Cost> {
  await pause(site.settleSeconds);
  const [before, bench] = [await site.meter.read(), process.cpuUsage()];
  await pause(seconds);
  const spent = spentBetween(before, await site.meter.read());
  return costOf(spent, { units: spent.seconds, buyersMs: 0, bench });
}

/** Buys with buyers who wait for the outcome in the request itself, and counts what it takes. */
export async function runLevel(site: Site, wish: OrderCommandRequest, idle: Cost): Promise<Level> {
  const [before, bench] = [await site.meter.read(), process.cpuUsage()];
  const loaded = await load(site, wish, true);
  await site.books.quiet();
  const reading = await site.meter.read();
  const spent = spentBetween(before, reading);
  const orders = loaded.flowMs.length;
  const perOrder = costOf(spent, { units: orders, buyersMs: loaded.cpuMs, bench });
  // Backends publish their commits up to ten seconds late; what happens meanwhile happens without buyers too.
  await pause(site.settleSeconds);
  const settled = spentBetween(reading, await site.meter.read());
  perOrder.commits += (settled.counts.commits - idle.commits * settled.seconds) / orders;
  return {
    name: wish.isHot ? `${wish.concurrency}, hot` : String(wish.concurrency),
    concurrency: wish.concurrency,
    isHot: wish.isHot ?? false,
    orders,
    ordersPerSecond: orders / loaded.seconds,
    flow: percentilesOf(loaded.flowMs),
    accepted: null,
    perOrder,
    failures: loaded.failures,
  };
}

/**
 * Runs a level again with buyers who are content with the 202 and then wait for the outcome. To be called when all
 * levels have been counted: what it commits is published too late to be told from theirs.
 */
export async function withAcceptance(site: Site, level: Level, orders: number): Promise<Level> {
  const { acceptedMs, failures } = await load(site, { orders, concurrency: level.concurrency }, false);
  await site.books.quiet();
  return { ...level, accepted: percentilesOf(acceptedMs), failures: [...level.failures, ...failures] };
}

const pause = (seconds: number): Promise<void> => sleep(seconds * 1_000, undefined, { signal: interruption });

function load(
  { url, goods, buyers }: Site,
  { orders, concurrency, isHot }: OrderCommandRequest,
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
