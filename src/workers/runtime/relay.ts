import { setTimeout as wait } from 'node:timers/promises';
import { claimOverdue, hasOverdue, recallCommands } from '../../entities/outbox/outbox.ts';
import type { Database } from '../../infra/database/database.ts';
import { unitOfWork } from '../../infra/database/unit-of-work.ts';
import { failpoint } from '../../infra/failpoint.ts';
import { errorFields, observe, observeSparingly } from '../../infra/observability/log.ts';
import type { Queues } from '../../infra/queue/queue.ts';

const BATCH = 500;
const PAUSE_MS = 500;

/** Delivers the overdue commands once, in batches. @returns how many were delivered, none while Redis is away. @throws when Postgres is. */
export async function relayOnce(db: Database, queues: Queues): Promise<number> {
  let delivered = 0;
  if (queues.isConnected() && (await queues.mayHaveLost())) {
    const recalled = await recallCommands(db);
    await queues.markKept();
    if (recalled > 0) observe('outbox.recalled', { recalled });
  }
  // A claim puts a command off: none is made that cannot be delivered at once.
  while (queues.isConnected() && (await hasOverdue(db))) {
    const commands = await unitOfWork(db, 'relay.claim', (tx) => claimOverdue(tx, BATCH));
    if (commands.length === 0) return delivered;
    failpoint('relay.claimed');
    await queues.deliver(commands);
    failpoint('relay.delivered');
    delivered += commands.length;
    if (commands.length < BATCH) return delivered;
  }
  return delivered;
}

/**
 * The safety net under the queues: whatever command was not finished in time is delivered again, whether its first
 * delivery was lost, Redis was emptied, or a worker died over it. Runs in every worker until `signal` aborts.
 */
export async function runRelay(db: Database, queues: Queues, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const delivered = await relayOnce(db, queues);
      if (delivered > 0) observe('outbox.relayed', { delivered });
    } catch (error) {
      observeSparingly('outbox.relay.waits', errorFields(error));
    }
    await wait(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}
