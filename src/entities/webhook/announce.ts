import type { EventType, TEST_EVENT } from '../../domain/events.ts';
import { forEachCall } from '../../infra/database/groups/merged-statements.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { currentTrace, runWithTrace, type Trace } from '../../infra/observability/trace.ts';

export interface Announcement {
  type: EventType | typeof TEST_EVENT;
  /** Ids and facts, no personal data. */
  data: Record<string, unknown>;
}

// The key share lock delays the deletion of a subscription, so that no delivery loses its subscription.
const SUBSCRIPTIONS = forEachCall(
  `select id from webhook_subscriptions where state = 'active'
    and case when $2::uuid is null then $1 = any(events) else id = $2 end for key share`,
  ['text', 'uuid'],
);

export interface Subscription {
  id: string;
}

/** Finds the active subscriptions to events of a type, or only the subscription `only`. */
export const subscriptionsTo = (
  tx: Tx,
  type: Announcement['type'],
  only: string | null = null,
): Promise<Subscription[]> => tx.query<Subscription>(SUBSCRIPTIONS, [type, only]);

/** Stores an event in the transaction that causes it: one delivery per subscription. */
export function storeEvent(tx: Tx, { type, data }: Announcement, subscriptions: readonly Subscription[]): void {
  const eventId = newId();
  for (const { id } of subscriptions) append(tx, { subscriptionId: id, eventId, type, data });
}

/** An event of a batch, with the trace that its deliveries continue. */
interface TracedEvent extends Pick<Announcement, 'data'> {
  trace: Trace | null;
}

/** Stores one event per element of `all` in the transaction that causes them, and reads the subscriptions once. */
export async function storeEvents(tx: Tx, type: EventType, all: readonly TracedEvent[]): Promise<void> {
  // The key share lock delays the deletion of a subscription, so that no delivery loses its subscription.
  const subscriptions = await tx.query<{ id: string }>(
    `select id from webhook_subscriptions where state = 'active' and $1 = any(events) order by id for key share`,
    [type],
  );
  for (const { data, trace } of subscriptions.length > 0 ? all : []) {
    const eventId = newId();
    runWithTrace(trace, () => {
      for (const { id } of subscriptions) append(tx, { subscriptionId: id, eventId, type, data });
    });
  }
}

function append(
  tx: Tx,
  { subscriptionId, eventId, ...event }: Announcement & { subscriptionId: string; eventId: string },
): void {
  const trace = currentTrace() ?? null;
  const facts = { ...event, state: 'pending', tries: 0, trace, due_at: tx.now, created_at: tx.now };
  tx.append('webhook_deliveries', { id: newId(), subscription_id: subscriptionId, event_id: eventId, ...facts });
}
