import type { Tx } from '../infra/unit-of-work.ts';

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

/** Stores an event. @returns false when this event was stored before. */
export async function receiveNotice(tx: Tx, notice: Notice): Promise<boolean> {
  const rows = await tx.query(
    `insert into webhook_inbox (provider, event_id, type, created_at, intent_id, checkout_id, status, amount_received,
        refund_id, received_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing returning event_id`,
    [
      notice.provider,
      notice.eventId,
      notice.type,
      notice.createdAt,
      notice.intentId,
      notice.checkoutId,
      notice.status,
      notice.amountReceived,
      notice.refundId,
      tx.now,
    ],
  );
  return rows.length === 1;
}

/** Writes down what became of an event; the first outcome stays. */
export async function closeNotice(
  tx: Tx,
  event: { provider: string; eventId: string },
  outcome: string,
): Promise<void> {
  await tx.query(
    `update webhook_inbox set processed_at = $3, outcome = $4
      where provider = $1 and event_id = $2 and processed_at is null`,
    [event.provider, event.eventId, tx.now, outcome],
  );
}
