import { tellOfChanges } from '../../entities/outbox/cache-invalidations.ts';
import { errorFields, observeSparingly } from '../../infra/observability/log.ts';
import { withTimeout } from '../../infra/with-timeout.ts';
import { warmCaches } from '../../jobs/caches.ts';
import type { ApiDeps } from '../deps.ts';

/** So long an answer waits for the caches to hear of its change, in milliseconds; else the sweeper tells them. */
const PATIENCE_MS = 250;

/** Whoever changed something and looks at it next sees the change. To be called after the commit. */
export async function showChanges({
  db,
  versions,
  queues,
}: Pick<ApiDeps, 'db' | 'versions' | 'queues'>): Promise<void> {
  const told = tellOfChanges(db, versions).then((names) => {
    if (names.length > 0) queues.nudge(warmCaches);
  });
  await withTimeout(
    told.catch((error) => observeSparingly('changes.untold', errorFields(error))),
    PATIENCE_MS,
  );
}

/** An answer that is given when what it says can be seen. */
export async function shown<T>(deps: Parameters<typeof showChanges>[0], change: Promise<T>): Promise<T> {
  const answer = await change;
  await showChanges(deps);
  return answer;
}
