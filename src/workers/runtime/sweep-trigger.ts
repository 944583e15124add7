import { setTimeout as wait } from 'node:timers/promises';
import { errorFields, observeSparingly } from '../../infra/observability/log.ts';
import { sweep } from '../../jobs/reconciliation.ts';
import type { WorkerDeps } from '../deps.ts';
import { DUE_WORK, findDue, RETENTION } from '../reconciliation/sweeper.ts';

/** With the delay of a nudge, due work begins within three seconds. */
const PAUSE_MS = 2_500;
/** Shorter than the pause, so that it has ended when its process comes again. */
const LEASE_MS = 2_000;
/** One check in so many is also for rows whose retention time is over: ten seconds make no difference to them. */
const RETENTION_EVERY = 4;

/**
 * Starts the sweeper when it has work, in every worker until `signal` aborts. Scheduled jobs that find nothing would use
 * more CPU than all else that an idle worker does.
 */
export async function triggerSweeps(deps: WorkerDeps, signal: AbortSignal): Promise<void> {
  const check = openSweepTrigger(deps);
  while (!signal.aborted) {
    await check().catch((error) => observeSparingly('sweeper.check_failed', errorFields(error)));
    await wait(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Returns a function that looks for due work, unless another process has just looked. It does nothing while Redis is down,
 * and throws while Postgres is down.
 */
export function openSweepTrigger({ db, queues }: Pick<WorkerDeps, 'db' | 'queues'>): () => Promise<void> {
  let checks = 0;
  return async () => {
    if (!queues.isConnected() || !(await queues.acquireLease('sweep', LEASE_MS))) return;
    const work = checks % RETENTION_EVERY === 0 ? DUE_WORK.all : DUE_WORK.urgent;
    // Counted first: when a locked table fails the search for all work, the next one is for the urgent work.
    checks += 1;
    const due = await findDue({ db }, work);
    if (due.size > 0) queues.nudge(sweep);
    // A round ends one batch of the rows: more may be left.
    if (due.has(RETENTION)) checks = 0;
  };
}
