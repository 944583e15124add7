import { AsyncLocalStorage } from 'node:async_hooks';
import { type Database, poolExhausted } from '../database.ts';
import type { Tx } from '../unit-of-work.ts';
import { type Kind, type Member, runGroup } from './work-group.ts';

/** The most units of work in one transaction. */
const MOST_MEMBERS = 16;
/** So long, in milliseconds, a group holds up others of its kind, as it may wait for a row lock: then another begins beside it. */
const PATIENCE_MS = 25;
/**
 * When the last group had company, more is waited for until nothing has come for so many milliseconds, and at most for so many.
 * Those who were served together come back together, one after the other.
 */
const LINGER_MS = { gap: 4, most: 12 };
/** The most transactions of one kind at the same time. */
const MOST_GROUPS = 4;
/** So long, in milliseconds, a unit of work waits for its group: as long as for a connection. */
const MOST_WAIT_MS = 5_000;

interface Waiting extends Member {
  /** Units of work with the same key are never in one group. */
  key: string;
  /** When it came, by the clock of the process that nobody sets. */
  since: number;
}

interface Lane {
  waiting: Waiting[];
  /** Groups under way. */
  groups: number;
  hadCompany: boolean;
  timer?: NodeJS.Timeout | undefined;
}

const lanes = new WeakMap<Database, Map<string, Lane>>();

/**
 * Like `unitOfWork`, for work of which much arrives at the same time. What arrives while a group of the same name is under
 * way is done together in the next transaction: equal statements become one, and everything is written by one flush and
 * committed once. Without company, and when the last group had none, it does not wait.
 *
 * Each member decides for itself. One that throws before it has written drops out; a failure after that repeats every member
 * on its own. `key` names the aggregate: two units of work on one aggregate are never in one group.
 * @throws whatever `work` throws, after the rollback; the error of an exhausted pool when no group began within five seconds.
 */
export function groupedWork<T>(
  db: Database,
  { name, key }: { name: string; key: string },
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const lane = laneOf(db, name);
  const within = AsyncLocalStorage.snapshot();
  const since = performance.now();
  lane.waiting.push({ key: key.toLowerCase(), since, within, work, resolve: (value) => resolve(value as T), reject });
  next({ db, name }, lane);
  return promise;
}

/** How many units of work wait for their group. */
export const waitingForGroups = (db: Database): number =>
  [...(lanes.get(db)?.values() ?? [])].reduce((sum, { waiting }) => sum + waiting.length, 0);

function laneOf(db: Database, name: string): Lane {
  const named = lanes.get(db) ?? new Map<string, Lane>();
  lanes.set(db, named);
  const lane = named.get(name) ?? { waiting: [], groups: 0, hadCompany: false };
  named.set(name, lane);
  return lane;
}

/** Begins a group when none is under way and nobody else is expected, or when the oldest has waited long enough. */
function next(kind: Kind, lane: Lane): void {
  giveUp(lane);
  const [oldest] = lane.waiting;
  if (!oldest) return;
  clearTimeout(lane.timer);
  const waitMs = beginsAt(lane, oldest) - performance.now();
  if (waitMs > 0) {
    lane.timer = setTimeout(() => next(kind, lane), waitMs);
    return;
  }
  const group = takeGroup(lane);
  lane.hadCompany = group.length > 1;
  lane.groups += 1;
  const free = () => {
    lane.groups -= 1;
    next(kind, lane);
  };
  void runGroup(kind, group, free);
  next(kind, lane);
}

/** All connections of this kind stayed in use: the same error as where there is only a pool. */
function giveUp(lane: Lane): void {
  const oldest = performance.now() - MOST_WAIT_MS;
  if ((lane.waiting[0]?.since ?? oldest) >= oldest) return;
  for (const { since, reject } of lane.waiting) if (since < oldest) reject(poolExhausted());
  lane.waiting = lane.waiting.filter(({ since }) => since >= oldest);
}

/** When the next group begins, by the clock of the process. */
function beginsAt({ groups, hadCompany, waiting }: Lane, { since }: Waiting): number {
  if (groups >= MOST_GROUPS) return since + MOST_WAIT_MS + 1;
  if (groups > 0) return since + PATIENCE_MS;
  if (!hadCompany || waiting.length >= MOST_MEMBERS) return since;
  const newest = waiting.at(-1)?.since ?? since;
  return Math.min(newest + LINGER_MS.gap, since + LINGER_MS.most);
}

/** The oldest that wait, one of each key. */
function takeGroup(lane: Lane): Waiting[] {
  const group = new Map<string, Waiting>();
  const rest: Waiting[] = [];
  for (const member of lane.waiting) {
    if (group.size < MOST_MEMBERS && !group.has(member.key)) group.set(member.key, member);
    else rest.push(member);
  }
  lane.waiting = rest;
  return [...group.values()];
}
