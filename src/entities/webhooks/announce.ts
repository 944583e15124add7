import type { EventType, TEST_EVENT } from '../../domain/events.ts';
import { newId } from '../../infra/ids.ts';
import type { Tx } from '../../infra/unit-of-work.ts';

export interface Announcement {
  type: EventType | typeof TEST_EVENT;
  /** Ids and facts, nothing personal. */
  data: Record<string, unknown>;
}

/**
 * Stores an event with the transaction that makes it true: a delivery for each subscription that wants it, nothing when
 * none does. @returns how many deliveries there are
 */
export async function storeEvent(tx: Tx, { type, data }: Announcement, only: string | null = null): Promise<number> {
  // Whoever ends a subscription waits for us: its deliveries must not be left without it.
  const subscriptions = await tx.query<{ id: string }>(
    `select id from webhook_subscriptions where state = 'active'
      and case when $2::uuid is null then $1 = any(events) else id = $2 end for key share`,
    [type, only],
  );
  const [eventId, facts] = [newId(), { type, data, state: 'pending', tries: 0, due_at: tx.now, created_at: tx.now }];
  for (const { id } of subscriptions) {
    tx.append('webhook_deliveries', { id: newId(), subscription_id: id, event_id: eventId, ...facts });
  }
  return subscriptions.length;
}
