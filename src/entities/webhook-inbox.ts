import type { Tx } from '../infra/unit-of-work.ts';
import type { Query } from './sellable.ts';

/** An event of a provider, reduced to what the house works with: no personal data is kept. */
export interface Notice {
  provider: string;
  eventId: string;
  type: string;
  createdAt: Date;
  intentId: string | null;
  checkoutId: string | null;
  status: string | null;
  /** Paise. */
  amountReceived: number | null;
  refundId: string | null;
}

/** Stores an event. One that was stored before meets the primary key: the commit fails as a duplicate. */
export function receiveNotice(tx: Tx, notice: Notice): void {
  tx.append('webhook_inbox', {
    provider: notice.provider,
    event_id: notice.eventId,
    type: notice.type,
    created_at: notice.createdAt,
    intent_id: notice.intentId,
    checkout_id: notice.checkoutId,
    status: notice.status,
    amount_received: notice.amountReceived,
    refund_id: notice.refundId,
    received_at: tx.now,
  });
}

/** Writes down what became of an event, and takes its command out of the outbox; the first outcome stays. */
export async function closeNotice(
  query: Query,
  event: { provider: string; eventId: string; commandId: string },
  outcome: string,
): Promise<void> {
  await query(
    `with done as (delete from outbox where id = $3)
      update webhook_inbox set processed_at = now(), outcome = $4
        where provider = $1 and event_id = $2 and processed_at is null`,
    [event.provider, event.eventId, event.commandId, outcome],
  );
}
