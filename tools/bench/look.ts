import { setTimeout as sleep } from 'node:timers/promises';
import { signal } from '../embedded/processes.ts';
import type { Statement } from './counters.ts';
import { type GroupSizes, readGroupSizes, sizesBetween } from './group-sizes.ts';
import { warmUp } from './levels.ts';
import type { BenchOptions } from './options.ts';
import { usageOf } from './processes.ts';
import { type CpuProfile, profileDuring } from './profiler.ts';
import type { Measured } from './site.ts';
import { type Cell, table } from './table.ts';
import { byOrigin, hotSpots, ownSpots, shortText } from './top.ts';

const MOST_FUNCTIONS = 30;
const MOST_STATEMENTS = 40;
const OPENING_MS = 5_000;

/** A process to profile. */
export interface Inside {
  role: 'web' | 'worker';
  /** The address of its inspector, once it is open. */
  address(): string | undefined;
}

/** Profiles one level by function. Samples give the shares, the operating system gives the total CPU. */
export async function lookAtFunctions({ site, target }: Measured, options: BenchOptions, inside: Inside) {
  const { role } = inside;
  const pid = target.run().processes[role][0]?.pid ?? 0;
  const address = await openInspector(pid, inside);
  const request = levelOf(options);
  let cpuMs = 0;
  const profile = await profileDuring(address, async () => {
    const before = usageOf(pid);
    await warmUp(site, request);
    cpuMs = (usageOf(pid)?.cpuMs ?? 0) - (before?.cpuMs ?? 0);
  });
  return functionTables(profile, { role, request, msPerOrder: cpuMs / request.orders });
}

async function openInspector(pid: number, { role, address }: Inside): Promise<string> {
  signal(pid, 'SIGUSR1');
  for (let waited = 0; waited < OPENING_MS; waited += 50) {
    const found = address();
    if (found) return found;
    await sleep(50);
  }
  throw new Error(`the ${role} process did not open an inspector`);
}

interface Look {
  role: string;
  request: { orders: number; concurrency: number };
  msPerOrder: number;
}

function functionTables(profile: CpuProfile, { role, request, msPerOrder }: Look): string {
  const spots = hotSpots(profile);
  const all = spots.reduce((sum, { ms }) => sum + ms, 0);
  const row = (name: string, ms: number): Cell[] => [name, (msPerOrder * ms) / all, (100 * ms) / all];
  const origins = byOrigin(spots).map(({ origin, ms }) => row(origin, ms));
  const largest = (some: typeof spots) =>
    some.slice(0, MOST_FUNCTIONS).map((spot) => row(`${spot.origin}: ${spot.name}`, spot.ms));
  return [
    `${role}: ${msPerOrder.toFixed(2)} CPU-ms per order, sampled, with ${request.concurrency} buyers at once`,
    table([['by origin', 'CPU-ms', '%'], ...origins]),
    '',
    table([['function, itself', 'CPU-ms', '%'], ...largest(spots)]),
    '',
    table([['our function, with what it calls', 'CPU-ms', '%'], ...largest(ownSpots(profile))]),
  ].join('\n');
}

/** Lists the statements of one level. @throws when Postgres does not count them. */
export async function lookAtStatements({ site, counters, target }: Measured, options: BenchOptions): Promise<string> {
  if (counters.missing) throw new Error(`statements are not counted: ${counters.missing}`);
  const request = levelOf(options);
  await counters.reset();
  const sizes = await readGroupSizes(target.metricsUrls);
  await warmUp(site, request);
  const groups = sizesBetween(sizes, await readGroupSizes(target.metricsUrls));
  const statements = await counters.top(1_000);
  const perOrder = ({ calls, ms, planMs }: Sums) => [calls, ms, planMs].map((sum) => sum / request.orders);
  const rows = statements
    .slice(0, MOST_STATEMENTS)
    .map((one): Cell[] => [shortText(one), ...perOrder(one), one.shortestMs]);
  const sum: Cell[] = ['all, with begin, commit and the checks of foreign keys', ...perOrder(sumOf(statements)), null];
  const statementTable = table([['statement', 'calls/order', 'ms/order', 'planning', 'shortest'], ...rows, sum]);
  return `${statementTable}\n\n${groupTable(groups, request.orders)}`;
}

function groupTable(groups: GroupSizes, orders: number): string {
  const rows = Object.entries(groups).map(([name, { groups: count, members }]): Cell[] => [
    name,
    members / count,
    count / orders,
  ]);
  return table([['units of work in transactions', 'members each', 'per order'], ...rows]);
}

type Sums = Pick<Statement, 'calls' | 'ms' | 'planMs'>;

const sumOf = (statements: readonly Statement[]): Sums => ({
  calls: statements.reduce((sum, one) => sum + one.calls, 0),
  ms: statements.reduce((sum, one) => sum + one.ms, 0),
  planMs: statements.reduce((sum, one) => sum + one.planMs, 0),
});

const levelOf = ({ orders, concurrency }: BenchOptions) => ({ orders, concurrency: concurrency.at(-1) ?? 1 });
