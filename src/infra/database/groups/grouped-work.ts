import { AsyncLocalStorage } from 'node:async_hooks';
import { inSpan } from '../../observability/span.ts';
import { type Database, poolExhausted } from '../database.ts';
import { TRANSACTION_SPAN, type Tx } from '../unit-of-work.ts';
import { type Kind, type Member, runGroup } from './work-group.ts';

/** The most units of work in one transaction. */
const MAX_MEMBERS = 16;
/** After this time in milliseconds, another group starts beside the running one, which may wait for a row lock. */
const OVERLAP_AFTER_MS = 40;
/**
 * If the last group had several members, the next one waits for more until none has come for `gap` ms, and at most
 * `most` ms. Requests that were served together tend to come back together.
 */
const LINGER_MS = { gap: 8, most: 24 };
/** The most transactions of one kind at the same time. */
const MAX_GROUPS = 4;
/** The longest wait of a unit of work for its group, in milliseconds: as long as for a connection. */
const MAX_WAIT_MS = 5_000;

interface Waiting extends Member {
  /** Units of work with the same key are never in one group. */
  key: string;
  /** When it arrived, by the monotonic clock of the process. */
  since: number;
}

interface Lane {
  waiting: Waiting[];
  /** Number of running groups. */
  groups: number;
  hadSeveral: boolean;
  timer?: NodeJS.Timeout | undefined;
}

const lanes = new WeakMap<Database, Map<string, Lane>>();

/**
 * Like `unitOfWork`, for work that arrives in large numbers. Units that arrive while a group of the same name is
 * running are done together in the next transaction: equal statements are merged, and all changes are written by one
 * flush and one commit. A single unit does not wait, unless the last group had several members.
 *
 * Each member decides for itself. A member that throws before it has written leaves the group; after a later failure
 * every member is repeated alone. `key` names the aggregate: two units of work on one aggregate are never in one group.
 * @throws whatever `work` throws, after the rollback; the error of an exhausted pool when no group began within
 * five seconds.
 */
export function groupedWork<T>(
  db: Database,
  { name, key }: { name: string; key: string },
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  // The span also shows how long the unit waits for its group.
  return inSpan(`transaction ${name}`, TRANSACTION_SPAN, (span) => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const lane = laneOf(db, name);
    lane.waiting.push({
      key: key.toLowerCase(),
      since: performance.now(),
      span,
      runInContext: AsyncLocalStorage.snapshot(),
      work,
      resolve: (value) => resolve(value as T),
      reject,
    });
    startNextGroup({ db, name }, lane);
    return promise;
  });
}

/** How many units of work wait for their group. */
export const waitingForGroups = (db: Database): number =>
  [...(lanes.get(db)?.values() ?? [])].reduce((sum, { waiting }) => sum + waiting.length, 0);

function laneOf(db: Database, name: string): Lane {
  const named = lanes.get(db) ?? new Map<string, Lane>();
  lanes.set(db, named);
  const lane = named.get(name) ?? { waiting: [], groups: 0, hadSeveral: false };
  named.set(name, lane);
  return lane;
}

/** Starts a group when none is running and no more members are expected, or when the oldest has waited long enough. */
function startNextGroup(kind: Kind, lane: Lane): void {
  rejectExpired(lane);
  const [oldest] = lane.waiting;
  if (!oldest) return;
  clearTimeout(lane.timer);
  const waitMs = nextStart(lane, oldest) - performance.now();
  if (waitMs > 0) {
    lane.timer = setTimeout(() => startNextGroup(kind, lane), waitMs);
    return;
  }
  const group = takeGroup(lane);
  lane.hadSeveral = group.length > 1;
  lane.groups += 1;
  const onEnd = () => {
    lane.groups -= 1;
    startNextGroup(kind, lane);
  };
  void runGroup(kind, group, onEnd);
  startNextGroup(kind, lane);
}

/** Rejects units that waited too long, with the same error as an exhausted pool. */
function rejectExpired(lane: Lane): void {
  const oldest = performance.now() - MAX_WAIT_MS;
  if ((lane.waiting[0]?.since ?? oldest) >= oldest) return;
  for (const { since, reject } of lane.waiting) if (since < oldest) reject(poolExhausted());
  lane.waiting = lane.waiting.filter(({ since }) => since >= oldest);
}

/** When the next group begins, in milliseconds of the monotonic clock. */
function nextStart({ groups, hadSeveral, waiting }: Lane, { since }: Waiting): number {
  if (groups >= MAX_GROUPS) return since + MAX_WAIT_MS + 1;
  if (groups > 0) return since + OVERLAP_AFTER_MS;
  if (!hadSeveral || waiting.length >= MAX_MEMBERS) return since;
  const newest = waiting.at(-1)?.since ?? since;
  return Math.min(newest + LINGER_MS.gap, since + LINGER_MS.most);
}

/** Takes the oldest waiting units, one of each key. */
function takeGroup(lane: Lane): Waiting[] {
  const group = new Map<string, Waiting>();
  const rest: Waiting[] = [];
  for (const member of lane.waiting) {
    if (group.size < MAX_MEMBERS && !group.has(member.key)) group.set(member.key, member);
    else rest.push(member);
  }
  lane.waiting = rest;
  return [...group.values()];
}
