import { z } from 'zod';
import { refused } from '../domain/errors.ts';
import { enqueue } from '../entities/outbox.ts';
import { receiveNotice } from '../entities/webhook-inbox.ts';
import { processNotice } from '../jobs/payments.ts';
import { ProviderError } from '../ports/payments/port.ts';
import type { ApiDeps } from './deps.ts';
import { edit } from './edit.ts';
import { type AnyRoute, route } from './route.ts';

/** The door of the payment provider: an event is checked, stored once, answered, and only then worked on. */
export const webhookRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    method: 'post',
    path: '/api/v1/webhooks/payments/{provider}',
    permission: 'public',
    access: 'webhook',
    summary: 'Events of the payment provider',
    tag: 'Webhooks',
    params: z.object({ provider: z.literal('stripe') }),
    rawBody: true,
    answers: { 200: { description: 'Stored', schema: z.object({ received: z.literal(true) }) } },
    errors: ['INVALID_SIGNATURE'],
    handle(call) {
      const { provider } = call.params;
      const { id: eventId, ...event } = verify(deps, call.body, call.headers['stripe-signature'] ?? '');
      const { headers: _key, ...unkeyed } = call;
      return edit(deps, { ...unkeyed, headers: {} }, { name: 'webhook.receive', scope: provider }, async (tx) => {
        const isNew = await receiveNotice(tx, { provider, eventId, ...event });
        if (isNew) enqueue(tx, deps.queues, { contract: processNotice, payload: { provider, eventId } });
        return { status: 200, headers: {}, body: { received: true } };
      });
    },
  }),
];

function verify({ provider }: ApiDeps, raw: Buffer, signature: string) {
  try {
    return provider.verify(raw, signature, new Date());
  } catch (error) {
    if (error instanceof ProviderError) throw refused('INVALID_SIGNATURE');
    throw error;
  }
}
