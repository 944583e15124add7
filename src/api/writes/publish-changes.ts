import { publishInvalidations } from '../../entities/outbox/cache-invalidations.ts';
import { errorFields, observeSparingly } from '../../infra/observability/log.ts';
import { withTimeout } from '../../infra/with-timeout.ts';
import { warmCaches } from '../../jobs/caches.ts';
import type { ApiDeps } from '../deps.ts';

/** The longest time that an answer waits for the cache invalidation, in milliseconds; the sweeper repeats it later. */
const PUBLISH_TIMEOUT_MS = 250;

/** Invalidates the caches of a change, so that the caller's next read sees it. Call it after the commit. */
async function publishChanges({ db, versions, queues }: Pick<ApiDeps, 'db' | 'versions' | 'queues'>): Promise<void> {
  const published = publishInvalidations(db, versions).then((names) => {
    if (names.length > 0) queues.nudge(warmCaches);
  });
  await withTimeout(
    published.catch((error) => observeSparingly('changes.publish_failed', errorFields(error))),
    PUBLISH_TIMEOUT_MS,
  );
}

/** Waits for a change, publishes it, and returns its answer. */
export async function afterPublish<T>(deps: Parameters<typeof publishChanges>[0], change: Promise<T>): Promise<T> {
  const answer = await change;
  await publishChanges(deps);
  return answer;
}
