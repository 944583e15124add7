import { AsyncLocalStorage } from 'node:async_hooks';
import { type Kind, type Member, runGroup } from './database/work-group.ts';
import type { Database } from './database.ts';
import type { Tx } from './unit-of-work.ts';

/** The most units of work in one transaction. */
const MOST_MEMBERS = 16;
/** A group that waits for a row lock holds up its kind for at most this long, in milliseconds: then another group begins beside it. */
const PATIENCE_MS = 25;
/** So long, in milliseconds, a unit of work waits for company when the last group had some. */
const LINGER_MS = 4;
/** The most transactions of one kind at the same time. */
const MOST_GROUPS = 2;

interface Waiting extends Member {
  /** Units of work with the same key are never in one group. */
  key: string;
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
 * committed once. Alone it waits for nobody.
 *
 * Each member decides for itself. One that throws before it has written drops out; a failure after that repeats every member
 * on its own. `key` names the aggregate: two units of work on one aggregate are never in one group.
 * @throws whatever `work` throws, after the rollback.
 */
export function groupedWork<T>(
  db: Database,
  { name, key }: { name: string; key: string },
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const lane = laneOf(db, name);
  const within = AsyncLocalStorage.snapshot();
  lane.waiting.push({ key, since: Date.now(), within, work, resolve: (value) => resolve(value as T), reject });
  next({ db, name }, lane);
  return promise;
}

function laneOf(db: Database, name: string): Lane {
  const named = lanes.get(db) ?? new Map<string, Lane>();
  lanes.set(db, named);
  const lane = named.get(name) ?? { waiting: [], groups: 0, hadCompany: false };
  named.set(name, lane);
  return lane;
}

/** Begins a group when none is under way and nobody else is expected, or when the oldest has waited long enough. */
function next(kind: Kind, lane: Lane): void {
  const [oldest] = lane.waiting;
  if (!oldest || lane.groups >= MOST_GROUPS) return;
  clearTimeout(lane.timer);
  const waitMs = oldest.since + patienceMs(lane) - Date.now();
  if (waitMs > 0) {
    lane.timer = setTimeout(() => next(kind, lane), waitMs);
    return;
  }
  const group = takeGroup(lane);
  lane.hadCompany = group.length > 1;
  lane.groups += 1;
  void runGroup(kind, group).finally(() => {
    lane.groups -= 1;
    next(kind, lane);
  });
}

const patienceMs = ({ groups, hadCompany }: Lane): number => {
  if (groups > 0) return PATIENCE_MS;
  return hadCompany ? LINGER_MS : 0;
};

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
