import { expect } from 'chai';
import Stripe from 'stripe';
import { DEVELOPMENT } from '../../tools/stack/environment.ts';
import { reconcile, reportOf } from '../support/auditor.ts';
import { openStaffClient, type StaffClient } from '../support/staff-client.ts';
import { type Flow, sharedFlow } from './stack.ts';

/** An event of Stripe, as another program on the same account causes it. */
const eventOf = (id: string, object: object) => ({
  id,
  type: 'payment_intent.succeeded',
  created: 1_790_000_000,
  data: { object },
});
const intent = { id: 'pi_of_another', object: 'payment_intent', status: 'succeeded', amount_received: 500 };

const BODIES: Record<string, unknown> = {
  null: null,
  'an empty object': {},
  'a list': [],
  'a text': 'paid',
  'an event without an object': { id: 'evt_1', type: 'x', created: 1, data: {} },
  'an event of another time': { id: 'evt_2', type: 'x', created: 1e300, data: { object: {} } },
  'an event beyond the end of dates': { id: 'evt_3', type: 'x', created: 9e15, data: { object: {} } },
  'an intent without metadata': eventOf('evt_foreign_1', intent),
  'an intent with metadata null': eventOf('evt_foreign_2', { ...intent, metadata: null }),
  'an intent of somebody else’s order': eventOf('evt_foreign_3', { ...intent, metadata: { checkoutId: 'order-17' } }),
  'an intent in a state that nobody knows': eventOf('evt_foreign_4', {
    ...intent,
    status: 'constructor',
    metadata: {},
  }),
  'an intent with an id that no text can be': eventOf('evt_foreign_6', { ...intent, id: '\ud800', metadata: {} }),
  'an event with an id that no index holds': eventOf(
    Array.from({ length: 500 }, (_, one) => one ** 9).join(''),
    intent,
  ),
  'an intent of more than there is': eventOf('evt_foreign_5', { ...intent, amount_received: 1e300, metadata: {} }),
};

describe('payments of another program on the same account', () => {
  let flow: Flow;
  let staff: StaffClient;
  before(async function () {
    flow = await sharedFlow(this);
    staff = await openStaffClient(flow.stack.url);
  });

  const deliver = (body: unknown) => {
    const payload = JSON.stringify(body);
    const secret = DEVELOPMENT.STRIPE_WEBHOOK_SECRET;
    const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret });
    return fetch(`${flow.stack.url}/api/v1/webhooks/payments/stripe`, {
      method: 'POST',
      headers: { 'stripe-signature': signature, 'content-type': 'application/json' },
      body: payload,
    });
  };

  for (const [what, body] of Object.entries(BODIES)) {
    it(`send a signed webhook that is ${what}: taken, once and again, and nothing comes of it`, async () => {
      for (const time of ['first', 'second']) expect((await deliver(body)).status, time).to.equal(200);
    });
  }

  it('do not keep a reconciliation from its end, which says whose they are not', async () => {
    const form = {
      amount: '700',
      currency: 'inr',
      'metadata[checkoutId]': 'order-17',
      payment_method: 'pm_card_visa',
      confirm: 'true',
    };
    const opened = await fetch(`${flow.simulator}/v1/payment_intents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${DEVELOPMENT.STRIPE_SECRET_KEY}` },
      body: new URLSearchParams({ ...form, 'automatic_payment_methods[enabled]': 'true' }),
    });
    expect(opened.status, await opened.clone().text()).to.equal(200);
    const { id } = (await opened.json()) as { id: string };
    const run = await reconcile(staff, 'recent');
    const found = (await reportOf(staff, run)).filter(({ facts }) => facts.intentId === id);
    expect(found.map(({ kind, state }) => [kind, state])).to.deep.equal([['provider.unknown-intent', 'person']]);
  });
});
