import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import type { stockSchema } from '../../../admin/analytics/stock.ts';
import type { Person } from '../../../auth/principal.ts';
import { callApi } from '../../api-call.ts';
import type { OpsDeps, OpsRequest } from '../../ops-request.ts';
import { readCounts } from './counts.ts';
import { type DayFigures, readDayFigures } from './day-comparison.ts';
import { type Part, partOf, readSparingly } from './part.ts';
import { type QueueReading, queueSignals, readQueues } from './queues.ts';
import type { Signal } from './signal.ts';

/** What the overview shows. */
export interface OverviewReading {
  at: Date;
  signals: Signal[];
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
    readCounts(deps.db.search, principal.permissions),
  );
  const queues = readSparingly(ages.counts, (request: OpsRequest) => partOf(readQueues(deps, request)));
  const figures = readSparingly(ages.figures, (request: OpsRequest) => partOf(readDayFigures(deps, request)));
  const stock = readSparingly(ages.stock, (request: OpsRequest) => partOf(readStock(deps, request)));
  return async (request) => {
    const parts = await Promise.all([counts(request), queues(request), figures(request), stock(request)]);
    const [ofRows, ofQueues, ofToday, ofStock] = parts;
    const signals = [...ofRows, ...signalsOf(ofQueues, queueSignals), ...signalsOf(ofStock, (found) => found)];
    if (!('value' in ofQueues) && ofQueues.isOutage) signals.push(NO_REDIS);
    return { at: new Date(), signals, figures: ofToday, queues: ofQueues };
  };
}

const NO_REDIS: Signal = { title: 'Redis does not answer', path: '/ops/system', state: 'fault', count: 1 };

const signalsOf = <T>(part: Part<T>, find: (value: T) => Signal[]): Signal[] =>
  'value' in part ? find(part.value) : [];

async function readStock(deps: OpsDeps, opsRequest: OpsRequest): Promise<Signal[]> {
  const { body } = await callApi(deps, opsRequest, { method: 'get', path: '/analytics/stock', query: { limit: '1' } });
  const { totals, lowAt } = body as z.infer<typeof stockSchema>;
  const path = opsRequest.principal.permissions.has('products:update') ? '/ops/stock' : undefined;
  const common = { path, state: 'todo' } as const;
  return [
    { title: 'Sold-out variants', ...common, count: totals.soldOut },
    { title: `Variants with at most ${lowAt} units`, ...common, count: totals.low },
  ];
}
