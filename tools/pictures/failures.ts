import { Queue } from 'bullmq';
import type { Client as Database } from 'pg';
import { queuePrefix } from '../../src/infra/queue/queue.ts';
import type { Stack } from '../stack/stack.ts';
import type { Client } from './staff.ts';

/** A mail with a wrong payload, and a webhook whose receiver answers 503: neither can be delivered. */
export async function plantFailures({ redisUrl }: Stack, db: Database, staff: Client): Promise<void> {
  const mails = new Queue('mail', { connection: { url: redisUrl }, prefix: queuePrefix('mail') });
  await mails.add('mail.reset', { requestId: 'unknown' }, { jobId: 'reset-of-an-unknown-request' });
  await mails.close();
  const webhook = { url: 'https://erp.example.com/vcecom', events: ['order.confirmed'] };
  const { id } = await staff.post<{ id: string }>('/webhooks', webhook);
  await db.query(
    `with failed as (insert into webhook_deliveries
          (id, subscription_id, event_id, type, data, state, tries, due_at, created_at, decided_at)
        select id, $1, gen_random_uuid(), 'order.confirmed', jsonb_build_object('orderId', id), 'failed', 2, now(), now(), now()
          from orders order by id desc limit 3 returning id)
      insert into webhook_attempts (delivery_id, attempt, at, duration_ms, status, error)
        select id, attempt, now(), 180, 503, null from failed, generate_series(1, 2) attempt`,
    [id],
  );
}
