import { expect } from 'chai';
import { newId } from '../../src/infra/ids.ts';
import type { PaymentProvider } from '../../src/ports/payments/port.ts';
import type { Simulator } from '../../src/ports/payments/simulator/server.ts';
import {
  authenticate,
  charges,
  checkoutNamed,
  clearFaults,
  collect,
  failure,
  providerAt,
  type Receiver,
  setFaults,
  startReceiver,
  startTestSimulator,
  stats,
} from '../support/simulator.ts';
import { waitFor } from '../support/wait-for.ts';

describe('payment port: Stripe adapter against the simulator', () => {
  let receiver: Receiver;
  let simulator: Simulator;
  let provider: PaymentProvider;
  let serial = 0;

  before(async () => {
    receiver = await startReceiver();
    simulator = await startTestSimulator(receiver.url);
    provider = providerAt(simulator.url);
  });
  afterEach(() => clearFaults(simulator.url));
  after(async () => {
    await simulator.close();
    await receiver.close();
  });

  const key = () => `key-${++serial}`;
  const open = (method: string | null, more: { key?: string; checkoutId?: string; amount?: number } = {}) =>
    provider.open({ checkoutId: newId(), amount: 49_900, currency: 'INR', method, key: key(), ...more });
  const eventsOf = (intentId: string) =>
    receiver.taken
      .map(({ body, signature }) => provider.verify(body, signature, new Date()))
      .filter((event) => event !== null)
      .filter((event) => event.intentId === intentId);
  const told = (intentId: string, type: string) =>
    waitFor(`${type} of ${intentId}`, () => eventsOf(intentId).find((event) => event.type === type));

  describe('opening', () => {
    it('charges a card that succeeds', async () => {
      const intent = await open('pm_card_visa', { checkoutId: checkoutNamed('visa') });
      expect(intent).to.include({ checkoutId: checkoutNamed('visa'), status: 'succeeded', declineCode: null });
      expect(intent).to.include({ amount: 49_900, amountReceived: 49_900, amountRefunded: 0, currency: 'INR' });
      expect(intent.createdAt.getTime()).to.be.closeTo(Date.now(), 2_000);
      expect(await provider.retrieve(intent.id)).to.deep.equal(intent);
    });

    it('waits for a method when none is given', async () => {
      const intent = await open(null);
      expect(intent).to.include({ status: 'requires_method', amountReceived: 0, declineCode: null });
      expect(intent.clientSecret).to.match(/^pi_.+_secret_.+/);
    });

    for (const [method, declineCode] of [
      ['pm_card_chargeDeclined', 'generic_decline'],
      ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
      ['pm_card_chargeDeclinedExpiredCard', 'expired_card'],
    ] as const) {
      it(`answers the decline of ${method} with its reason`, async () => {
        const intent = await open(method);
        expect(intent).to.include({ status: 'requires_method', declineCode, amountReceived: 0 });
        expect(await provider.retrieve(intent.id)).to.deep.equal(intent);
      });
    }

    it('refuses a method that does not exist, and opens nothing', async () => {
      const before = await stats(simulator.url);
      const error = await failure(open('pm_card_unheardOf'));
      expect(error).to.include({ outcome: 'refused', code: 'RESOURCE_MISSING' });
      expect((await stats(simulator.url)).intents).to.equal(before.intents);
    });

    it('charges once, however often the same key is sent, also in parallel', async () => {
      const request = { key: key(), checkoutId: checkoutNamed('once') };
      const intents = await Promise.all(Array.from({ length: 10 }, () => open('pm_card_visa', request)));
      expect(new Set(intents.map((intent) => intent.id)).size).to.equal(1);
      expect(
        (await charges(simulator.url)).filter((charge) => charge.checkoutId === checkoutNamed('once')),
      ).to.have.length(1);
    });

    it('answers a repeated decline as the same decline', async () => {
      const request = { key: key(), checkoutId: checkoutNamed('declined-twice') };
      const first = await open('pm_card_chargeDeclined', request);
      expect(await open('pm_card_chargeDeclined', request)).to.deep.equal(first);
    });

    it('does not know the outcome when a key was used for something else', async () => {
      const request = { key: key(), checkoutId: checkoutNamed('reused') };
      await open('pm_card_visa', request);
      const error = await failure(open('pm_card_visa', { ...request, amount: 1 }));
      expect(error).to.include({ outcome: 'unknown', code: 'IDEMPOTENCY_ERROR' });
    });

    it('does not know the outcome while another request holds the key', async () => {
      await setFaults(simulator.url, { latencyMs: 300 });
      const request = { key: key(), checkoutId: checkoutNamed('in-flight') };
      const [first, second] = await Promise.allSettled([open('pm_card_visa', request), open('pm_card_visa', request)]);
      const lost = [first, second].filter((result) => result.status === 'rejected');
      expect(lost).to.have.length(1);
      expect(lost[0]?.reason).to.include({ outcome: 'unknown', code: 'IDEMPOTENCY_KEY_IN_USE' });
      expect(await provider.find(checkoutNamed('in-flight'), new Date(Date.now() - 60_000))).to.include({
        status: 'succeeded',
      });
    });
  });

  describe('confirming and cancelling', () => {
    it('pays a declined intent with another card', async () => {
      const { id } = await open('pm_card_chargeDeclined');
      const again = { intentId: id, method: 'pm_card_chargeDeclinedInsufficientFunds', key: key() };
      expect(await provider.confirm(again)).to.include({
        declineCode: 'insufficient_funds',
        status: 'requires_method',
      });
      const paid = await provider.confirm({ intentId: id, method: 'pm_card_mastercard', key: key() });
      expect(paid).to.include({ id, status: 'succeeded', amountReceived: 49_900, declineCode: null });
    });

    it('answers a paid intent as it is when it is confirmed again', async () => {
      const paid = await open('pm_card_visa');
      expect(await provider.confirm({ intentId: paid.id, method: 'pm_card_visa', key: key() })).to.deep.equal(paid);
    });

    it('waits for the customer, who finishes 3-D Secure', async () => {
      const { id, status } = await open('pm_card_authenticationRequired');
      expect(status).to.equal('requires_action');
      await authenticate(simulator.url, id, 'succeed');
      expect(await provider.retrieve(id)).to.include({ status: 'succeeded', amountReceived: 49_900 });
      expect(await told(id, 'payment_intent.requires_action')).to.include({ status: 'requires_action' });
      await told(id, 'payment_intent.succeeded');
    });

    it('waits for the customer, who fails 3-D Secure', async () => {
      const { id } = await open('pm_card_authenticationRequired');
      await authenticate(simulator.url, id, 'fail');
      const declineCode = 'payment_intent_authentication_failure';
      expect(await provider.retrieve(id)).to.include({ status: 'requires_method', declineCode });
      expect(await told(id, 'payment_intent.payment_failed')).to.include({ status: 'requires_method' });
    });

    it('lets a browser confirm with the client secret, and nobody with a wrong one', async () => {
      const { id, clientSecret } = await open(null);
      const confirm = (secret: string) =>
        fetch(`${simulator.url}/v1/payment_intents/${id}/confirm`, {
          method: 'POST',
          body: new URLSearchParams({ client_secret: secret, payment_method: 'pm_card_visa' }),
        });
      expect((await confirm('pi_wrong')).status).to.equal(401);
      expect((await confirm(clientSecret ?? '')).status).to.equal(200);
      expect(await told(id, 'payment_intent.succeeded')).to.include({ amountReceived: 49_900 });
    });

    it('processes a bank payment for some time, then succeeds', async () => {
      await setFaults(simulator.url, { processingMs: 50 });
      const { id, status } = await open('pm_usBankAccount_success');
      expect(status).to.equal('processing');
      expect(await told(id, 'payment_intent.succeeded')).to.include({ status: 'succeeded' });
      expect(await provider.retrieve(id)).to.include({ status: 'succeeded' });
    });

    it('processes a bank payment for some time, then fails', async () => {
      await setFaults(simulator.url, { processingMs: 50 });
      const { id } = await open('pm_usBankAccount_failed');
      await told(id, 'payment_intent.payment_failed');
      expect((await provider.retrieve(id)).declineCode).to.equal('payment_intent_payment_attempt_failed');
    });

    it('cancels an open intent, which can then not be paid', async () => {
      const { id } = await open(null);
      expect(await provider.cancel({ intentId: id, key: key() })).to.include({ status: 'canceled' });
      expect(await provider.cancel({ intentId: id, key: key() })).to.include({ status: 'canceled' });
      const late = await provider.confirm({ intentId: id, method: 'pm_card_visa', key: key() });
      expect(late).to.include({ status: 'canceled', amountReceived: 0 });
    });

    for (const [method, status] of [
      ['pm_card_visa', 'succeeded'],
      ['pm_usBankAccount_success', 'processing'],
    ] as const) {
      it(`comes too late to cancel an intent that is ${status}, and says so`, async () => {
        const { id } = await open(method);
        expect(await provider.cancel({ intentId: id, key: key() })).to.include({ id, status });
      });
    }

    it('refuses an intent that does not exist', async () => {
      expect(await failure(provider.retrieve('pi_none'))).to.include({ outcome: 'refused', code: 'RESOURCE_MISSING' });
    });
  });

  describe('refunding', () => {
    it('gives back in parts, never more than was received', async () => {
      const { id } = await open('pm_card_visa');
      const part = { intentId: id, amount: 20_000, key: key(), reference: 'the-first' };
      const refund = await provider.refund(part);
      expect(refund).to.include({ intentId: id, amount: 20_000, status: 'succeeded' });
      expect(await provider.refund(part)).to.deep.equal(refund);
      expect(await provider.refundsOf(id)).to.deep.equal([refund]);
      const tooMuch = await failure(provider.refund({ intentId: id, amount: 29_901, key: key(), reference: 'test' }));
      expect(tooMuch).to.include({ outcome: 'refused', code: 'AMOUNT_TOO_LARGE' });
      await provider.refund({ intentId: id, amount: 29_900, key: key(), reference: 'the-rest' });
      const references = (await provider.refundsOf(id)).map(({ reference }) => reference);
      expect(references).to.deep.equal(['the-rest', 'the-first']);
      const again = await failure(provider.refund({ intentId: id, amount: 1, key: key(), reference: 'test' }));
      expect(again).to.include({ outcome: 'refused', code: 'CHARGE_ALREADY_REFUNDED' });
      expect(await provider.retrieve(id)).to.include({ amountReceived: 49_900, amountRefunded: 49_900 });
      expect(await told(id, 'refund.created')).to.include({ refundId: refund.id });
      await told(id, 'charge.refunded');
    });

    it('gives back once when many ask for all of it at once', async () => {
      const { id } = await open('pm_card_visa');
      const asks = Array.from({ length: 8 }, () =>
        provider.refund({ intentId: id, amount: 49_900, key: key(), reference: 'test' }),
      );
      const results = await Promise.allSettled(asks);
      expect(results.filter((result) => result.status === 'fulfilled')).to.have.length(1);
    });

    it('refuses what was never paid', async () => {
      const { id } = await open(null);
      expect(await failure(provider.refund({ intentId: id, amount: 1, key: key(), reference: 'test' }))).to.include({
        outcome: 'refused',
      });
    });

    it('tells of a refund that is pending first and fails later', async () => {
      await setFaults(simulator.url, { processingMs: 50 });
      const { id } = await open('pm_card_refundFail');
      expect(await provider.refund({ intentId: id, amount: 49_900, key: key(), reference: 'test' })).to.include({
        status: 'pending',
      });
      await told(id, 'refund.failed');
      expect(await provider.retrieve(id)).to.include({ amountRefunded: 0 });
    });
  });

  describe('looking up', () => {
    it('lists everything since an instant over several pages, newest first', async () => {
      const since = new Date(Date.now() - 60_000);
      await Promise.all(Array.from({ length: 120 }, (_, n) => open(null, { checkoutId: checkoutNamed(`list-${n}`) })));
      const seen = await collect(provider.list(since));
      expect(new Set(seen.map((intent) => intent.id)).size).to.equal((await stats(simulator.url)).intents);
      const times = seen.map((intent) => intent.createdAt.getTime());
      expect(times).to.deep.equal(times.toSorted((a, b) => b - a));
      expect(await provider.find(checkoutNamed('list-0'), since)).to.include({ checkoutId: checkoutNamed('list-0') });
      expect(await provider.find(checkoutNamed('nobody'), since)).to.equal(null);
      expect(await collect(provider.list(new Date(Date.now() + 60_000)))).to.deep.equal([]);
    });
  });
});
