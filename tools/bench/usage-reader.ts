import { cpus } from 'node:os';
import type { RunFile } from '../stack/stack.ts';
import type { Books } from './books.ts';
import type { Counters, Counts as DatabaseCounts } from './counters.ts';
import { type Usage, usageOf } from './processes.ts';
import type { QueueCounters, QueueCounts } from './queue-counters.ts';

export const ROLES = ['web', 'worker', 'postgres', 'redis', 'simulator'] as const;
export type Role = (typeof ROLES)[number];
/** The processes in the cost of a purchase; the payment provider is an external system in production. */
export const COUNTED: readonly Role[] = ['web', 'worker', 'postgres', 'redis'];

export type Counts = DatabaseCounts & QueueCounts;

/** All counters at one moment. */
export interface Reading {
  atMs: number;
  /** Used and total CPU time of this machine, in milliseconds. */
  machine: { busyMs: number; allMs: number };
  usage: Record<Role, Usage[]>;
  counts: Counts;
  /** Transactions of the bench itself so far. */
  looks: number;
}

/** The difference of two readings; null for values that cannot be counted. */
export interface Spent {
  seconds: number;
  cpuMs: Record<Role, number | null>;
  /** CPU of web, worker, Postgres and Redis, in milliseconds. */
  sumMs: number | null;
  /** CPU time of this machine, as in a reading. */
  machine: Reading['machine'];
  counts: Counts;
}

export interface UsageReader {
  read(): Promise<Reading>;
}

interface Counting {
  counters: Counters;
  queues: QueueCounters;
  books: Books;
}

export function openUsageReader(run: () => RunFile, { counters, queues, books }: Counting): UsageReader {
  return {
    async read() {
      const usage = usageByRole(run());
      const [atMs, machine, looks] = [performance.now(), machineTimes(), books.looks()];
      const [database, queue] = await Promise.all([counters.read(), queues.read()]);
      return { atMs, machine, usage, looks, counts: { ...database, ...queue } };
    },
  };
}

/** Returns the difference of two readings. @throws when a process was replaced in between: its CPU would be lost. */
export function spentBetween(before: Reading, after: Reading): Spent {
  const cpuMs = Object.fromEntries(ROLES.map((role) => [role, cpuBetween(role, before, after)]));
  const counted = COUNTED.map((role) => cpuMs[role] ?? null);
  const counts = Object.entries(after.counts).map(([name, value]) => {
    const start = before.counts[name as keyof Counts];
    return [name, value === null || start === null ? null : value - start];
  });
  const spent = { ...(Object.fromEntries(counts) as Counts) };
  spent.commits -= after.looks - before.looks;
  return {
    seconds: (after.atMs - before.atMs) / 1_000,
    cpuMs: cpuMs as Spent['cpuMs'],
    sumMs: counted.some((one) => one === null) ? null : counted.reduce<number>((sum, one) => sum + (one ?? 0), 0),
    machine: {
      busyMs: after.machine.busyMs - before.machine.busyMs,
      allMs: after.machine.allMs - before.machine.allMs,
    },
    counts: spent,
  };
}

function usageByRole({ processes }: RunFile): Record<Role, Usage[]> {
  const of = (role: Role) => [processes[role]].flat().flatMap(({ pid }) => (pid && usageOf(pid)) || []);
  return Object.fromEntries(ROLES.map((role) => [role, of(role)])) as Record<Role, Usage[]>;
}

function machineTimes(): Reading['machine'] {
  const times = cpus().map((one) => one.times);
  const allMs = times.reduce((sum, one) => sum + one.user + one.nice + one.sys + one.idle + one.irq, 0);
  return { allMs, busyMs: allMs - times.reduce((sum, { idle }) => sum + idle, 0) };
}

function cpuBetween(role: Role, before: Reading, after: Reading): number | null {
  const [first, last] = [before.usage[role], after.usage[role]];
  if (first.length === 0 && last.length === 0) return null;
  const pids = (usages: readonly Usage[]) => usages.map(({ pid }) => pid).join();
  if (pids(first) !== pids(last)) throw new Error(`a ${role} process was replaced while it was measured`);
  return sumOf(last) - sumOf(first);
}

const sumOf = (usages: readonly Usage[]): number => usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
