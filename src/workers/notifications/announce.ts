import { type Announcement, storeEvent } from '../../entities/webhook/announce.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { deliverWebhooks } from '../../jobs/webhooks.ts';
import type { WorkerDeps } from '../deps.ts';

/** Stores a webhook event in the transaction and triggers its delivery after the commit. */
export async function announce(
  { queues }: Pick<WorkerDeps, 'queues'>,
  tx: Tx,
  announcement: Announcement,
): Promise<void> {
  const deliveries = await storeEvent(tx, announcement);
  if (deliveries > 0) tx.afterCommit(() => queues.nudge(deliverWebhooks));
}
