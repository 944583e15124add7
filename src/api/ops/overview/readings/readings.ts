import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import type { stockSchema } from '../../../admin/analytics/stock.ts';
import type { Person } from '../../../auth/principal.ts';
import { callApi } from '../../api-call.ts';
import type { OpsDeps, OpsRequest } from '../../ops-request.ts';
import { COUNT_PERMISSIONS, readCounts } from './counts.ts';
import { type DayFigures, readDayFigures } from './day-comparison.ts';
import { type Part, partOf, readSparingly } from './part.ts';
import { knowsWorkers, type QueueReading, queueSignals, readQueues } from './queues.ts';
import type { Signal, SignalGaps } from './signal.ts';

/** What the overview shows. */
export interface OverviewReading {
  at: Date;
  signals: Signal[];
  gaps: SignalGaps;
  figures: Part<DayFigures>;
  queues: Part<QueueReading[]>;
}

/** How long a reading is shared, in milliseconds. Counts use indexes; sums of the day and of the stock read more rows. */
export interface ReadingAges {
  counts: number;
  figures: number;
  stock: number;
}

const AGES: ReadingAges = { counts: 4_000, figures: 30_000, stock: 60_000 };
/** Sets of permissions with a shared reading: about one per role. */
const MOST_SETS = 100;

/** Two persons with the same key see the same overview. */
export const permissionKey = ({ permissions }: Pick<Person, 'permissions'>): string =>
  [...permissions].sort().join(' ');

export type ReadOverview = (opsRequest: OpsRequest) => Promise<OverviewReading>;

/**
 * Reads the overview. However many persons watch it, a process reads each part once per age and set of permissions.
 */
export function openReadings(deps: OpsDeps, ages: ReadingAges = AGES): ReadOverview {
  const sets = new LRUCache<string, ReadOverview>({ max: MOST_SETS });
  return (opsRequest) => {
    const key = permissionKey(opsRequest.principal);
    const read = sets.get(key) ?? openReading(deps, ages);
    sets.set(key, read);
    return read(opsRequest);
  };
}

function openReading(deps: OpsDeps, ages: ReadingAges): ReadOverview {
  const counts = readSparingly(ages.counts, ({ principal }: OpsRequest) =>
    partOf(readCounts(deps.db.search, principal.permissions)),
  );
  const queues = readSparingly(ages.counts, (request: OpsRequest) => partOf(readQueues(deps, request)));
  const figures = readSparingly(ages.figures, (request: OpsRequest) => partOf(readDayFigures(deps, request)));
  const stock = readSparingly(ages.stock, (request: OpsRequest) => partOf(readStock(deps, request)));
  return async (request) => {
    const parts = await Promise.all([counts(request), queues(request), figures(request), stock(request)]);
    const [ofRows, ofQueues, ofToday, ofStock] = parts;
    const signals = [...listIn(ofRows), ...signalsOf(ofQueues), ...listIn(ofStock)];
    const gaps = gapsOf({ rows: ofRows, queues: ofQueues, stock: ofStock }, request);
    return { at: new Date(), signals, gaps, figures: ofToday, queues: ofQueues };
  };
}

const NO_QUEUES: Signal = { title: 'The queues cannot be read', path: '/ops/system', state: 'fault', count: 1 };

function signalsOf(queues: Part<QueueReading[]>): Signal[] {
  if ('value' in queues) return queueSignals(queues.value);
  return queues.isOutage ? [NO_QUEUES] : [];
}

const listIn = <T>(part: Part<T[]>): T[] => ('value' in part ? part.value : []);

interface SignalParts {
  rows: Part<Signal[]>;
  queues: Part<QueueReading[]>;
  stock: Part<Signal[]>;
}

function gapsOf({ rows, queues, stock }: SignalParts, { principal: { permissions } }: OpsRequest): SignalGaps {
  const isUnread = (part: Part<unknown>) => !('value' in part) && part.isOutage;
  const isRefused = (part: Part<unknown>) => !('value' in part) && !part.isOutage;
  const unread: [name: string, isUnread: boolean][] = [
    ['checkouts, payments and other records', isUnread(rows)],
    ['queues', isUnread(queues)],
    ['numbers of workers', !knowsWorkers(listIn(queues))],
    ['stock', isUnread(stock)],
  ];
  return {
    ofRole: [queues, stock].some(isRefused) || !COUNT_PERMISSIONS.every((each) => permissions.has(each)),
    unread: unread.flatMap(([name, isMissing]) => (isMissing ? [name] : [])),
  };
}

async function readStock(deps: OpsDeps, opsRequest: OpsRequest): Promise<Signal[]> {
  const { body } = await callApi(deps, opsRequest, { method: 'get', path: '/analytics/stock', query: { limit: '1' } });
  const { totals, lowAt } = body as z.infer<typeof stockSchema>;
  const maySeeLevels = opsRequest.principal.permissions.has('products:update');
  const pathOf = (below: number) => (maySeeLevels ? `/ops/stock?forSale=true&below=${below}` : undefined);
  return [
    { title: 'Sold-out variants', path: pathOf(1), state: 'todo', count: totals.soldOut },
    {
      title: `Variants with at most ${lowAt} units`,
      path: pathOf(lowAt + 1),
      state: 'todo',
      count: totals.soldOut + totals.low,
    },
  ];
}
