import { type Announcement, type Subscription, storeEvent, subscriptionsTo } from '../../entities/webhook/announce.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { deliverWebhooks } from '../../jobs/webhooks.ts';
import type { WorkerDeps } from '../deps.ts';

/** Stores a webhook event in the transaction and triggers its delivery after the commit. */
export async function announce(deps: Pick<WorkerDeps, 'queues'>, tx: Tx, announcement: Announcement): Promise<void> {
  announceTo(deps, tx, { ...announcement, subscriptions: await subscriptionsTo(tx, announcement.type) });
}

/** Like `announce`, to subscriptions that were read before in this transaction. */
export function announceTo(
  { queues }: Pick<WorkerDeps, 'queues'>,
  tx: Tx,
  { subscriptions, ...announcement }: Announcement & { subscriptions: readonly Subscription[] },
): void {
  storeEvent(tx, announcement, subscriptions);
  if (subscriptions.length > 0) tx.afterCommit(() => queues.nudge(deliverWebhooks));
}
