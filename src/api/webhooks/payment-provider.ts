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

/** Receives the events of the payment provider: verifies, stores and answers each event; a job processes it later. */
export const webhookRoutes = (deps: ApiDeps, provider: WebhookVerifier): AnyRoute[] => [
  route({
    method: 'post',
    path: '/api/v1/webhooks/payments/{provider}',
    permission: 'public',
    access: 'webhook',
    limit: 'none',
    summary: 'Receive a payment provider event',
    tag: 'Webhooks',
    params: z.object({ provider: z.literal('stripe') }),
    rawBody: true,
    answers: { 200: { description: 'Received', schema: z.object({ received: z.literal(true) }) } },
    errors: ['INVALID_SIGNATURE'],
    handle(call) {
      const verified = verify(provider, call.body, call.headers['stripe-signature'] ?? '');
      // The signature is valid, but the payload is no payment event: answered, so that the provider does not repeat it.
      if (!verified) return Promise.resolve(received);
      const { id: eventId, ...event } = verified;
      const key = { provider: provider.name, eventId };
      const work = async (tx: Tx) => {
        receiveProviderEvent(tx, { ...key, ...event });
        tx.afterCommit(() => deps.queues.nudge(processProviderEvents));
        return received;
      };
      // A repeated event gets the same answer, and is not processed again.
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
