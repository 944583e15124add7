import { z } from 'zod';
import { EVENT_TYPES } from '../../../domain/events.ts';
import type { WebhookSubscription } from '../../../entities/webhook/subscription.ts';
import type { RowOf } from '../../fields/row-of.ts';

const instant = z.iso.datetime();

export const webhookSchema = z
  .object({
    id: z.uuid(),
    url: z.string(),
    events: z.array(z.enum(EVENT_TYPES)),
    state: z.enum(['active', 'disabled']),
    disabledBecause: z.enum(['by hand', 'failing']).nullable().meta({
      description: '`by hand`: staff disabled it; `failing`: deliveries failed for too long; null while active.',
    }),
    failingSince: instant
      .nullable()
      .meta({ description: 'Since when every delivery has failed; null while deliveries succeed.' }),
    createdBy: z.uuid(),
    createdAt: instant,
    version: z.int(),
  })
  .meta({ id: 'Webhook' });

export type WebhookRow = RowOf<typeof webhookSchema>;

export const newWebhookSchema = webhookSchema
  .extend({
    secret: z.string().optional().meta({ description: 'The secret that signs deliveries. It is shown only once.' }),
  })
  .meta({ id: 'NewWebhook' });

export const WEBHOOK_COLUMNS = `id, url, events, state, disabled_because as "disabledBecause", failing_since as "failingSince",
  created_by as "createdBy", created_at as "createdAt", version`;

/** The view of a loaded subscription, in the order of `WEBHOOK_COLUMNS`. */
export const webhookOf = (subscription: WebhookSubscription) => {
  const { id, url, events, state, disabledBecause, failingSince, createdBy, createdAt, version } = subscription;
  return { id, url, events, state, disabledBecause, failingSince, createdBy, createdAt, version };
};

export const deliverySchema = z
  .object({
    id: z.uuid(),
    eventId: z.uuid(),
    type: z.string(),
    data: z.record(z.string(), z.unknown()),
    state: z.enum(['pending', 'delivered', 'failed']),
    dueAt: instant
      .nullable()
      .meta({ description: 'Time of the next attempt; null when the delivery is no longer pending.' }),
    createdAt: instant,
    attempts: z.array(
      z.object({ at: instant, durationMs: z.int(), status: z.int().nullable(), error: z.string().nullable() }),
    ),
  })
  .meta({ id: 'WebhookDelivery' });

const isoUtc = (column: string) => `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

export const DELIVERY_COLUMNS = `d.id, d.event_id as "eventId", d.type, d.data, d.state,
  case when d.state = 'pending' then d.due_at end as "dueAt", d.created_at as "createdAt",
  (select coalesce(json_agg(json_build_object('at', ${isoUtc('a.at')}, 'durationMs', duration_ms, 'status', status, 'error', error)
    order by attempt), '[]') from webhook_attempts a where a.delivery_id = d.id) as attempts`;

const urlSchema = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(2_000)
  .refine((url) => {
    const { username, password } = URL.parse(url) ?? {};
    return !username && !password;
  }, 'must not contain a user name or password');

export const webhookBody = {
  url: urlSchema,
  events: z
    .array(z.enum(EVENT_TYPES))
    .min(1)
    .transform((events) => [...new Set(events)]),
};
