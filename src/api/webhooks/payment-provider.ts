import { z } from 'zod';
import { refused } from '../../domain/errors.ts';
import { receiveProviderEvent } from '../../entities/payment/provider-event.ts';
import { isDuplicate } from '../../infra/database/database.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { processProviderEvents } from '../../jobs/payments.ts';
import { type PaymentProvider, ProviderError } from '../../ports/payments/port.ts';
import type { ApiDeps } from '../deps.ts';
import { type AnyRoute, route } from '../http/route.ts';
import { edit } from '../writes/edit.ts';

const received = { status: 200, headers: {}, body: { received: true } };

export type WebhookVerifier = Pick<PaymentProvider, 'name' | 'verify'>;

/** The door of the payment provider: an event is checked, stored once, answered, and only then worked on. */
export const webhookRoutes = (deps: ApiDeps, provider: WebhookVerifier): AnyRoute[] => [
  route({
    method: 'post',
    path: '/api/v1/webhooks/payments/{provider}',
    permission: 'public',
    access: 'webhook',
    limit: 'none',
    summary: 'Events of the payment provider',
    tag: 'Webhooks',
    params: z.object({ provider: z.literal('stripe') }),
    rawBody: true,
    answers: { 200: { description: 'Stored', schema: z.object({ received: z.literal(true) }) } },
    errors: ['INVALID_SIGNATURE'],
    handle(call) {
      const verified = verify(provider, call.body, call.headers['stripe-signature'] ?? '');
      // Signed, and no event: of another program, who need not send it again.
      if (!verified) return Promise.resolve(received);
      const { id: eventId, ...event } = verified;
      const key = { provider: provider.name, eventId };
      const work = async (tx: Tx) => {
        receiveProviderEvent(tx, { ...key, ...event });
        tx.afterCommit(() => deps.queues.nudge(processProviderEvents));
        return received;
      };
      // An event that comes again is answered like the first time, and not worked on again.
      return edit(deps, call, { name: 'webhook.receive', scope: eventId, groupKey: eventId, work }).catch((error) => {
        if (isDuplicate(error)) return received;
        throw error;
      });
    },
  }),
];

function verify(provider: Pick<PaymentProvider, 'verify'>, raw: Buffer, signature: string) {
  try {
    return provider.verify(raw, signature, new Date());
  } catch (error) {
    if (error instanceof ProviderError) throw refused('INVALID_SIGNATURE');
    throw error;
  }
}
