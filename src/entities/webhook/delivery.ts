import { MOST_TRIES } from '../../domain/events.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { Trace } from '../../infra/observability/trace.ts';
import { openColumn, type Vault } from '../account/privacy/vault.ts';

/** A due delivery with everything that sending needs. */
export interface DueDelivery {
  id: string;
  subscriptionId: string;
  eventId: string;
  type: string;
  data: object;
  /** Attempts since the delivery was last requested. */
  tries: number;
  createdAt: Date;
  /** The trace of its event. */
  trace: Trace | null;
  url: string;
  /** In clear text. After a rotation the previous secret signs, too, for one day. */
  secrets: string[];
}

type Row = Omit<DueDelivery, 'secrets'> & { secret: string; previous: string | null };

/** Claims due deliveries for longer than an attempt can last. After that, undecided deliveries are due again. */
export async function claimDeliveries(query: Query, vault: Vault, limit: number): Promise<DueDelivery[]> {
  const rows = await query<Row>(
    `update webhook_deliveries d set due_at = now() + interval '6 s' from webhook_subscriptions s
      where s.id = d.subscription_id and d.id in (select w.id from webhook_deliveries w
          join webhook_subscriptions t on t.id = w.subscription_id
          where w.state = 'pending' and w.due_at <= now() and t.state = 'active'
          order by w.due_at limit $1 for update of w skip locked)
      returning d.id, d.subscription_id as "subscriptionId", d.event_id as "eventId", d.type, d.data, d.tries,
        d.created_at as "createdAt", d.trace, s.url, s.secret, case when s.previous_until > now() then s.previous_secret end as previous`,
    [limit],
  );
  return rows.map(({ secret, previous, ...delivery }) => {
    const open = (column: string, text: string) =>
      openColumn(vault, text, `webhook_subscriptions.${column}:${delivery.subscriptionId}`);
    const secrets = [open('secret', secret), ...(previous ? [open('previous_secret', previous)] : [])];
    return { ...delivery, secrets };
  });
}

/** Makes a delivery due again, with all its attempts before it. @returns whether the subscription has it */
export async function redeliverEvent(
  tx: Tx,
  { id, subscriptionId }: Pick<DueDelivery, 'id' | 'subscriptionId'>,
): Promise<boolean> {
  const updated = await tx.query(
    `update webhook_deliveries set state = 'pending', tries = 0, due_at = $3, decided_at = null
      where id = $1 and subscription_id = $2 returning id`,
    [id, subscriptionId, tx.now],
  );
  return updated.length > 0;
}

/** The result of an attempt: the HTTP status of the response, or the error. */
export interface Attempt {
  status: number | null;
  error: string | null;
  durationMs: number;
}

/** A subscription is disabled after failing for this long. */
const DISABLE_AFTER = `interval '3 days'`;

/**
 * Records an attempt and schedules the next one. A null `retryInMs` means delivered.
 * @returns the creator of the subscription if this attempt disabled it, else null
 */
export async function recordAttempt(
  tx: Tx,
  { id, subscriptionId, tries }: Pick<DueDelivery, 'id' | 'subscriptionId' | 'tries'>,
  { retryInMs, ...attempt }: Attempt & { retryInMs: number | null },
): Promise<string | null> {
  const isDelivered = retryInMs === null;
  // First, because its deletion takes the same locks in this order: a subscription, then its deliveries.
  const [subscription] = await tx.query<{ state: string; createdBy: string; wasActive: boolean }>(
    `update webhook_subscriptions s set failing_since = case when $2 then null else coalesce(s.failing_since, $3) end,
        state = case when not $2 and s.failing_since < $3::timestamptz - ${DISABLE_AFTER} then 'disabled' else s.state end,
        disabled_because = case when not $2 and s.failing_since < $3::timestamptz - ${DISABLE_AFTER}
          then coalesce(s.disabled_because, 'failing') else s.disabled_because end
      from webhook_subscriptions before where s.id = $1 and before.id = s.id
      returning s.state, s.created_by as "createdBy", before.state = 'active' as "wasActive"`,
    [subscriptionId, isDelivered, tx.now],
  );
  if (!subscription) return null;
  await tx.query(
    `insert into webhook_attempts (delivery_id, attempt, at, duration_ms, status, error)
      select $1, coalesce(max(attempt), 0) + 1, $2::timestamptz, $3, $4::int, $5 from webhook_attempts where delivery_id = $1`,
    [id, tx.now, attempt.durationMs, attempt.status, attempt.error],
  );
  const state = isDelivered ? 'delivered' : tries + 1 >= MOST_TRIES ? 'failed' : 'pending';
  await tx.query(
    `update webhook_deliveries set state = $2, tries = $3, due_at = $4::timestamptz + $5 * interval '1 ms',
        decided_at = case when $2 <> 'pending' then $4 end where id = $1`,
    [id, state, tries + 1, tx.now, retryInMs ?? 0],
  );
  return subscription.state === 'disabled' && subscription.wasActive ? subscription.createdBy : null;
}
