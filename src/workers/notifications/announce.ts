import { type Announcement, storeEvent } from '../../entities/webhook/announce.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { deliverWebhooks } from '../../jobs/webhooks.ts';
import type { WorkerDeps } from '../deps.ts';

/** Tells subscribers of something that is true when the transaction commits, and only then. */
export async function announce(
  { queues }: Pick<WorkerDeps, 'queues'>,
  tx: Tx,
  announcement: Announcement,
): Promise<void> {
  const deliveries = await storeEvent(tx, announcement);
  if (deliveries > 0) tx.afterCommit(() => queues.nudge(deliverWebhooks));
}
