import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { Trace } from '../../infra/observability/trace.ts';

/** An event of a payment provider, reduced to the fields that the shop uses, without personal data. */
export interface StoredProviderEvent {
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

/** Stores an event. If it was stored before, the commit fails as a duplicate of the primary key. */
export function receiveProviderEvent(tx: Tx, event: StoredProviderEvent): void {
  tx.append('webhook_inbox', {
    provider: event.provider,
    event_id: event.eventId,
    type: event.type,
    created_at: event.createdAt,
    intent_id: event.intentId,
    checkout_id: event.checkoutId,
    status: event.status,
    amount_received: event.amountReceived,
    refund_id: event.refundId,
    received_at: tx.now,
    due_at: tx.now,
  });
}

/** An unprocessed event with the current state of its payment. */
export interface OpenProviderEvent extends StoredProviderEvent {
  receivedAt: Date;
  /** Null for a payment that is not ours. */
  payment: { status: string; intentId: string | null } | null;
  /** Whether a call about this payment is pending; its response will contain the same facts. */
  isBeingCalled: boolean;
  /** Whether it reports a refund that we requested and whose response we have. */
  isOurRefund: boolean;
  /** The trace of the call that the event is about: of its refund, else the last one of its payment. */
  trace: Trace | null;
}

/**
 * Claims unprocessed events for 4 seconds, successful payments first. After that, events that are still unprocessed are
 * due again.
 */
export function claimProviderEvents(query: Query, limit: number): Promise<OpenProviderEvent[]> {
  return query<OpenProviderEvent>(
    `with claimed as (update webhook_inbox set due_at = now() + interval '4 s' where (provider, event_id) in (
        select provider, event_id from webhook_inbox where processed_at is null and due_at <= now()
          order by status is distinct from 'succeeded', due_at limit $1 for update skip locked)
        returning *)
      select i.provider, i.event_id as "eventId", i.type, i.created_at as "createdAt", i.intent_id as "intentId",
        p.checkout_id as "checkoutId", i.status, i.amount_received as "amountReceived", i.refund_id as "refundId",
        i.received_at as "receivedAt", case when p.id is not null then json_build_object('status', p.status, 'intentId', p.intent_id) end as payment,
        exists (select 1 from payment_operations o where o.payment_id = p.id
          and (o.kind in ('open', 'confirm') or (o.kind = 'refund' and i.refund_id is not null))
          and o.status in ('pending', 'unknown')) as "isBeingCalled",
        exists (select 1 from payment_operations o where o.payment_id = p.id and o.reference = i.refund_id) as "isOurRefund",
        (select o.trace from payment_operations o where o.payment_id = p.id
          order by o.reference = i.refund_id desc nulls last, o.created_at desc limit 1) as trace
      from claimed i left join lateral (
        select id, checkout_id, status, intent_id from payments where checkout_id = i.checkout_id
        union all select id, checkout_id, status, intent_id from payments where i.checkout_id is null and intent_id = i.intent_id
        limit 1) p on true`,
    [limit],
  );
}

/** Postpones events that cannot be processed yet, so that others come first. */
export async function postponeProviderEvents(
  query: Query,
  events: readonly StoredProviderEvent[],
  ms: number,
): Promise<void> {
  await query(
    `update webhook_inbox i set due_at = now() + $3 * interval '1 ms'
      from unnest($1::text[], $2::text[]) as n (provider, event_id)
      where i.provider = n.provider and i.event_id = n.event_id and i.processed_at is null`,
    [...keysOf(events), ms],
  );
}

/** Makes an event due now. @returns whether it is unprocessed */
export const recallProviderEvent = async (tx: Tx, eventId: string): Promise<boolean> =>
  (
    await tx.query(
      `update webhook_inbox set due_at = now() where event_id = $1 and processed_at is null returning event_id`,
      [eventId],
    )
  ).length > 0;

const keysOf = (events: readonly StoredProviderEvent[]): [providers: string[], eventIds: string[]] => [
  events.map(({ provider }) => provider),
  events.map(({ eventId }) => eventId),
];

/** Records the outcome of events; the first outcome is final. */
export async function closeProviderEvents(
  query: Query,
  events: readonly StoredProviderEvent[],
  outcome: string,
): Promise<void> {
  await query(
    `update webhook_inbox i set processed_at = now(), outcome = $3
      from unnest($1::text[], $2::text[]) as n (provider, event_id)
      where i.provider = n.provider and i.event_id = n.event_id and i.processed_at is null`,
    [...keysOf(events), outcome],
  );
}
