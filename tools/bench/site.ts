import { type Books, openBooks, stockGoods } from './books.ts';
import { type Child, startChild } from './child.ts';
import { type Counters, openCounters } from './counters.ts';
import type { Site } from './levels.ts';
import type { Load, Loaded } from './load.ts';
import type { BenchOptions } from './options.ts';
import { openQueueCounters, type QueueCounters } from './queue-counters.ts';
import type { Target } from './target.ts';
import { openUsageReader } from './usage-reader.ts';

export type Say = (line: string) => void;

/** A shop with everything needed to measure it. */
export interface Measured {
  target: Target;
  site: Site;
  counters: Counters;
  /** Closes all connections and stops the load generator. */
  close(): Promise<void>;
}

/** Opens the counters and the load generator for `target`, and stocks it for `orders` orders. */
export async function openSite(
  target: Target,
  options: Pick<BenchOptions, 'settleSeconds'>,
  orders: number,
): Promise<Measured> {
  const counters = await openCounters(target.databaseUrl);
  const books = await openBooks(target.databaseUrl);
  const queues = openQueueCounters(target.redisUrl);
  const buyers: Child<Load, Loaded> = startChild('load');
  const close = async () => void (await Promise.all([buyers.stop(), books.close(), queues.close(), counters.close()]));
  try {
    const site = await siteOf(target, options, { counters, queues, books, buyers, orders });
    return { target, site, counters, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function siteOf(
  target: Target,
  { settleSeconds }: Pick<BenchOptions, 'settleSeconds'>,
  opened: { counters: Counters; queues: QueueCounters; books: Books; buyers: Child<Load, Loaded>; orders: number },
): Promise<Site> {
  const { counters, queues, books, buyers, orders } = opened;
  const goods = await stockGoods(books, orders);
  const { url, run } = target;
  const meter = openUsageReader(run, { counters, queues, books });
  return { url, goods, meter, books, buyers, settleSeconds };
}
