import type { Query } from '../../infra/database/query.ts';
import { uuidv7Floor } from '../../infra/ids.ts';

/** A payment as this shop recorded it; amounts in paise. */
export interface OurPayment {
  checkoutId: string;
  intentId: string | null;
  status: string;
  captured: number;
  refunded: number;
  /** A call to the provider has no result yet: its records and ours may differ for a moment. */
  isMoving: boolean;
}

const COLUMNS = `p.checkout_id as "checkoutId", p.intent_id as "intentId", p.status, p.captured, p.refunded,
  exists (select 1 from payment_operations o where o.payment_id = p.id and o.status in ('pending', 'unknown')) as "isMoving"`;

/** Loads the payments of these checkouts. */
export const paymentsOf = (query: Query, checkoutIds: readonly string[]): Promise<OurPayment[]> =>
  query<OurPayment>(`select ${COLUMNS} from payments p where p.checkout_id = any($1)`, [checkoutIds]);

/** The most that the time in an id and `created_at` of its row differ by, in milliseconds. */
const ID_SKEW_MS = 3_600_000;

/** Loads the captured payments that were opened between two instants. The bounds of their ids find them by index. */
export const capturedBetween = (query: Query, since: Date, until: Date): Promise<OurPayment[]> =>
  query<OurPayment>(
    `select ${COLUMNS} from payments p where p.created_at between $1 and $2 and p.captured > 0 and p.id between $3 and $4`,
    [
      since,
      until,
      uuidv7Floor(new Date(Math.max(since.getTime() - ID_SKEW_MS, 0))),
      uuidv7Floor(new Date(Math.max(until.getTime() + ID_SKEW_MS, 0))),
    ],
  );

/**
 * Returns those of the given provider events that belong to our payments and were never received, with their checkouts.
 */
export const missedEvents = (
  query: Query,
  events: readonly { id: string; intentId: string | null }[],
): Promise<{ eventId: string; checkoutId: string }[]> =>
  query<{ eventId: string; checkoutId: string }>(
    `select e.id as "eventId", p.checkout_id as "checkoutId" from unnest($1::text[], $2::text[]) as e (id, intent_id)
      join payments p on p.intent_id = e.intent_id
      where not exists (select 1 from webhook_inbox i where i.provider = 'stripe' and i.event_id = e.id)`,
    [events.map(({ id }) => id), events.map(({ intentId }) => intentId)],
  );
