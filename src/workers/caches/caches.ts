import { publishInvalidations } from '../../entities/outbox/cache-invalidations.ts';
import { errorFields, observe } from '../../infra/observability/log.ts';
import { done, handler } from '../../infra/queue/handler.ts';
import { decayPopularity, warmCaches } from '../../jobs/caches.ts';
import type { WorkerDeps } from '../deps.ts';

/** The number of most-read keys to keep warm. */
const WARM_KEYS = 500;
/** The number of lists, and of product pages, to keep warm: they expire within seconds. */
const SHORT_LIVED_KEYS = 25;
/** Keys per step. The job reports its progress after each step. */
const BATCH = 25;
/** Keys to warm even without readers: the home page of a storefront and the price data of every cart. */
const ALWAYS_WARM = ['collections:all', 'prices:all', 'list:{"limit":24}'];

/** Keeps the most-read cache entries warm, and announces changes. */
export const cacheHandlers = (deps: WorkerDeps) => [
  handler(warmCaches, async (_, { progress }) => {
    await publishInvalidations(deps.db, deps.versions);
    const keys = selectKeys([...ALWAYS_WARM, ...(await deps.popularity.most(WARM_KEYS))]);
    let made = 0;
    for (let i = 0; i < keys.length; i += BATCH) {
      const batch = keys.slice(i, i + BATCH);
      made += (await Promise.all(batch.map((key) => warmKey(deps, key)))).filter(Boolean).length;
      progress(Math.min(i + BATCH, keys.length), keys.length);
    }
    observe('caches.warmed', { looked: keys.length, made });
    return done;
  }),
  handler(decayPopularity, async () => {
    await deps.popularity.fade();
    return done;
  }),
];

/** The distinct keys, most popular first: each product, and the pages with stock of the most popular ones. */
function selectKeys(all: readonly string[]): string[] {
  const counts: Record<string, number> = { list: 0, 'product-page': 0 };
  return [...new Set(all)].flatMap((key) => {
    const [kind = '', name = ''] = key.split(/:(.*)/s);
    const place = counts[kind];
    if (place === undefined) return [key];
    counts[kind] = place + 1;
    return [...(kind === 'product-page' ? [`product:${name}`] : []), ...(place < SHORT_LIVED_KEYS ? [key] : [])];
  });
}

/** Never rejects: one failed key must not keep the others cold. */
const warmKey = ({ warm }: WorkerDeps, key: string): Promise<boolean> =>
  warm(key).catch((error) => {
    observe('cache.cold', errorFields(error));
    return false;
  });
