import { tellOfChanges } from '../../entities/outbox/cache-invalidations.ts';
import { errorFields, observe } from '../../infra/observability/log.ts';
import { done, type Handler, handler } from '../../infra/queue/worker.ts';
import { fadePopularity, warmCaches } from '../../jobs/caches.ts';
import type { WorkerDeps } from '../deps.ts';

/** So many of the keys that are read most are kept warm. */
const WARM = 500;
/** Lists and pages with stock live for seconds: only so many of each are worth being made before anybody asks. */
const BRIEF = 25;
/** Keys per step; after each the job shows how far it is. */
const BATCH = 25;
/** What every shop front opens with and every cart is priced with, also in a shop that nobody has looked at yet. */
const ALWAYS = ['collections:all', 'prices:all', 'list:{"limit":24}'];

/** Keeps what shop fronts read most ready, and says what is out of date. */
export const cacheHandlers = (deps: WorkerDeps): Handler[] => [
  handler(warmCaches, async (_, { progress }) => {
    await tellOfChanges(deps.db, deps.versions);
    const keys = worthWarming([...ALWAYS, ...(await deps.popularity.most(WARM))]);
    let made = 0;
    for (let i = 0; i < keys.length; i += BATCH) {
      const batch = keys.slice(i, i + BATCH);
      made += (await Promise.all(batch.map((key) => warmed(deps, key)))).filter(Boolean).length;
      progress(Math.min(i + BATCH, keys.length), keys.length);
    }
    observe('caches.warmed', { looked: keys.length, made });
    return done;
  }),
  handler(fadePopularity, async () => {
    await deps.popularity.fade();
    return done;
  }),
];

/** Each once, the most popular first; of a product what it is, and of the most popular ones also the page with its stock. */
function worthWarming(all: readonly string[]): string[] {
  const taken: Record<string, number> = { list: 0, 'product-page': 0 };
  return [...new Set(all)].flatMap((key) => {
    const [kind = '', name = ''] = key.split(/:(.*)/s);
    const place = taken[kind];
    if (place === undefined) return [key];
    taken[kind] = place + 1;
    return [...(kind === 'product-page' ? [`product:${name}`] : []), ...(place < BRIEF ? [key] : [])];
  });
}

/** One that cannot be made must not keep the others cold. */
const warmed = ({ warm }: WorkerDeps, key: string): Promise<boolean> =>
  warm(key).catch((error) => {
    observe('cache.cold', errorFields(error));
    return false;
  });
