import fc from 'fast-check';
import Stripe from 'stripe';
import { newId } from '../../../src/infra/ids.ts';
import { spoilt } from './hostile.ts';

const stripeEvents = [
  { object: 'payment_intent', id: 'pi_fuzz', status: 'succeeded', amount_received: 100, metadata: {} },
  { object: 'charge', id: 'ch_fuzz', payment_intent: 'pi_fuzz', metadata: { checkoutId: newId() } },
  { object: 'refund', id: 're_fuzz', payment_intent: { id: 'pi_fuzz' } },
].map((object, place) => ({
  id: `evt_fuzz${place}`,
  object: 'event',
  type: 'fuzz',
  created: 1_700_000_000,
  data: { object },
}));

interface FuzzedProvider {
  /** The headers that prove a body. */
  sign(payload: string, secret: string): Record<string, string>;
  /** Events with one thing about them made hostile. */
  events: fc.Arbitrary<unknown>;
}

/** Every provider that sends webhooks, by the name in its path. */
export const PROVIDERS: ReadonlyMap<string, FuzzedProvider> = new Map([
  [
    'stripe',
    {
      sign: (payload, secret) => ({
        'stripe-signature': Stripe.webhooks.generateTestHeaderString({ payload, secret }),
      }),
      events: spoilt(fc.constantFrom<unknown>(...stripeEvents)),
    },
  ],
]);
