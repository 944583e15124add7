import { setTimeout as wait } from 'node:timers/promises';
import { claimOverdue, hasOverdue, recallCommands } from '../../entities/outbox/outbox.ts';
import type { Database } from '../../infra/database/database.ts';
import { unitOfWork } from '../../infra/database/unit-of-work.ts';
import { failpoint } from '../../infra/failpoint.ts';
import { errorFields, observe, observeSparingly } from '../../infra/observability/log.ts';
import type { Queues } from '../../infra/queue/queue.ts';

const BATCH = 500;
const PAUSE_MS = 500;

/**
 * Delivers the overdue commands, in batches. @returns the number of commands; 0 while Redis is down @throws while
 * Postgres is down
 */
export async function relayOnce(db: Database, queues: Queues): Promise<number> {
  let delivered = 0;
  if (queues.isConnected() && (await queues.mayHaveLost())) {
    const recalled = await recallCommands(db);
    await queues.markDelivered();
    if (recalled > 0) observe('outbox.recalled', { recalled });
  }
  // A claim postpones a command, so claim only while Redis can take the commands.
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
 * Delivers commands again that were not finished in time, because the delivery was lost, Redis was emptied or a worker
 * died. Runs in every worker until `signal` aborts.
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
