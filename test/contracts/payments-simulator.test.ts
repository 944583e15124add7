import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type PaymentProvider, ProviderError } from '../../src/ports/payments/port.ts';
import type { Simulator } from '../../src/ports/payments/simulator/server.ts';
import {
  charges,
  checkoutNamed,
  providerAt,
  type Receiver,
  SECRET_KEY,
  setFaults,
  startReceiver,
  startTestSimulator,
  stats,
  WEBHOOK_SECRET,
} from '../support/simulator.ts';
import { waitFor } from '../support/wait-for.ts';

const MODULE = new URL('../../src/ports/payments/simulator/server.ts', import.meta.url).href;

describe('payment simulator', () => {
  let folder: string;
  let journal: string;
  let receiver: Receiver;
  let simulator: Simulator;
  let provider: PaymentProvider;
  let serial = 0;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'simulator-'));
    journal = join(folder, 'journal.jsonl');
    receiver = await startReceiver();
    await start();
  });
  afterEach(async () => {
    await simulator.close();
    await receiver.close();
    rmSync(folder, { recursive: true });
  });

  async function start(): Promise<void> {
    simulator = await startTestSimulator(receiver.url, { journal });
    provider = providerAt(simulator.url);
  }
  const open = (method: string | null, name = `shop-${++serial}`) =>
    provider.open({ checkoutId: checkoutNamed(name), amount: 5_000, currency: 'INR', method, key: `key-${name}` });
  const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${simulator.url}${path}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { authorization: `Bearer ${SECRET_KEY}`, ...headers },
    });
  const arrived = (count: number) => waitFor(`${count} webhooks`, () => receiver.taken.length >= count);

  describe('webhooks', () => {
    it('are signed, and only fresh and true ones are believed', async () => {
      const intent = await open('pm_card_visa', 'signed');
      await arrived(2);
      const paid = receiver.taken.find((webhook) => webhook.type === 'payment_intent.succeeded');
      if (!paid) throw new Error('no webhook of the payment');
      const event = provider.verify(paid.body, paid.signature, new Date());
      if (!event) throw new Error('it is an event');
      expect(event).to.include({ id: paid.id, type: 'payment_intent.succeeded', status: 'succeeded', refundId: null });
      expect(event).to.include({ intentId: intent.id, checkoutId: checkoutNamed('signed'), amountReceived: 5_000 });

      const refused = (body: Buffer, signature: string, now = new Date()) =>
        expect(() => provider.verify(body, signature, now))
          .to.throw(ProviderError)
          .that.includes({ outcome: 'refused', code: 'INVALID_SIGNATURE' });
      refused(Buffer.from(paid.body.toString().replace('5000', '5001')), paid.signature);
      refused(paid.body, sign(paid.body, 'whsec_other'));
      refused(paid.body, '');
      refused(Buffer.from('{'), sign(Buffer.from('{'), WEBHOOK_SECRET));
      refused(paid.body, paid.signature, new Date(Date.now() + 302_000));
      refused(paid.body, paid.signature, new Date(Date.now() - 304_000));
      expect(provider.verify(paid.body, paid.signature, new Date(Date.now() + 290_000))?.id).to.equal(paid.id);
      expect(provider.verify(paid.body, paid.signature, new Date(Date.now() - 290_000))?.id).to.equal(paid.id);
    });

    it('are sent again until they are taken', async () => {
      receiver.refuse(3);
      await open('pm_card_visa');
      await arrived(2);
      expect(receiver.types()).to.have.members(['payment_intent.created', 'payment_intent.succeeded']);
    });

    it('are sent in copies, late, in reverse and not at all, as the knobs say', async () => {
      await setFaults(simulator.url, { webhookDuplicates: 2 });
      await open(null);
      await arrived(3);
      expect(new Set(receiver.taken.map((webhook) => webhook.id)).size).to.equal(1);

      receiver.taken.length = 0;
      await setFaults(simulator.url, { webhookDuplicates: 0, webhookOutOfOrder: true });
      await open('pm_card_visa');
      await arrived(2);
      expect(receiver.types()).to.deep.equal(['payment_intent.succeeded', 'payment_intent.created']);

      receiver.taken.length = 0;
      await setFaults(simulator.url, { webhookOutOfOrder: false, webhookDelayMs: [150, 200] });
      const asked = Date.now();
      await open(null);
      await arrived(1);
      expect(Date.now() - asked).to.be.at.least(149);

      receiver.taken.length = 0;
      await setFaults(simulator.url, { webhookDelayMs: 0, webhookDropRate: 1 });
      await open(null, 'dropped');
      await waitFor('nothing is left to send', async () => (await stats(simulator.url)).webhooksPending === 0);
      expect(receiver.taken).to.have.length(0);
    });

    it('can be read as events by who missed them', async () => {
      await open('pm_card_visa', 'first');
      await open('pm_card_visa', 'second');
      const query = 'type=payment_intent.succeeded&created[gte]=1&limit=1';
      const headers = { authorization: `Bearer ${SECRET_KEY}` };
      const response = await fetch(`${simulator.url}/v1/events?${query}`, { headers });
      const page = (await response.json()) as { data: { data: { object: { metadata: object } } }[]; has_more: boolean };
      expect(page.has_more).to.equal(true);
      expect(page.data.map((event) => event.data.object.metadata)).to.deep.equal([
        { checkoutId: checkoutNamed('second') },
      ]);
    });
  });

  describe('its API', () => {
    it('says when an answer is a replay, and keeps nothing for a request it could not begin', async () => {
      const key = { 'idempotency-key': 'raw' };
      const wrong = await post('/v1/payment_intents', { amount: 'many', currency: 'inr' }, key);
      expect(wrong.status).to.equal(400);
      const form = { amount: '100', currency: 'inr' };
      const first = await post('/v1/payment_intents', form, key);
      expect([first.status, first.headers.get('idempotent-replayed')]).to.deep.equal([200, null]);
      const again = await post('/v1/payment_intents', form, key);
      expect([again.status, again.headers.get('idempotent-replayed')]).to.deep.equal([200, 'true']);
      expect(await again.json()).to.deep.equal(await first.json());
    });

    it('asks for the key, and does not pretend to know what it does not', async () => {
      const anonymous = { authorization: '' };
      expect((await post('/v1/payment_intents', { amount: '1', currency: 'inr' }, anonymous)).status).to.equal(401);
      expect((await post('/v1/subscriptions', {})).status).to.equal(404);
      const headers = { authorization: `Bearer ${SECRET_KEY}` };
      expect((await fetch(`${simulator.url}/v1/refunds?customer=x`, { headers })).status).to.equal(400);
    });

    it('refuses a knob it does not have by its name, and sets none of the others', async () => {
      const body = JSON.stringify({ latencyMs: 5, latencySeconds: 5 });
      const response = await fetch(`${simulator.url}/_faults`, { method: 'PUT', body });
      expect(response.status).to.equal(400);
      expect(await response.text()).to.contain('latencySeconds');
      expect(await (await fetch(`${simulator.url}/_faults`)).json()).to.include({ latencyMs: 0, processingMs: 1_000 });
    });
  });

  describe('its journal', () => {
    it('brings back intents, refunds, keys and undelivered webhooks', async () => {
      receiver.refuse(1_000);
      const paid = await open('pm_card_visa', 'before-restart');
      await provider.refund({ intentId: paid.id, amount: 1_000, key: 'refund', reference: 'test' });
      const before = await stats(simulator.url);
      await simulator.close();
      receiver.refuse(0);
      await start();
      expect(await open('pm_card_visa', 'before-restart')).to.deep.equal(paid);
      expect(await provider.retrieve(paid.id)).to.include({ status: 'succeeded', amountRefunded: 1_000 });
      const after = await stats(simulator.url);
      expect(after).to.include({ intents: before.intents, charges: before.charges, refunds: before.refunds });
      await arrived(4);
    });

    it('settles after a restart what was processing before', async () => {
      await setFaults(simulator.url, { processingMs: 300 });
      const { id } = await open('pm_usBankAccount_success');
      await simulator.close();
      await start();
      await waitFor('the payment settles', async () => (await provider.retrieve(id)).status === 'succeeded');
    });

    it('forgives an unfinished last line, and nothing else', async () => {
      await open('pm_card_visa');
      await simulator.close();
      appendFileSync(journal, '{"intents":[{"id":"pi_torn');
      await start();
      expect(await stats(simulator.url)).to.include({ charges: 1 });
      await simulator.close();
      appendFileSync(journal, 'not a line\n{}\n');
      const refusal = await start().then(
        () => null,
        (error: Error) => error.message,
      );
      expect(refusal).to.contain('journal.jsonl');
      rmSync(journal);
      await start();
    });

    it('has every charge that was acknowledged before a SIGKILL', async () => {
      const own = join(folder, 'killed.jsonl');
      const first = await spawnSimulator(receiver.url, own);
      const remote = providerAt(first.url);
      const acknowledged = new Set<string>();
      const buy = async (n: number): Promise<void> => {
        const order = {
          checkoutId: checkoutNamed(`killed-${n}`),
          amount: 1,
          currency: 'INR',
          method: 'pm_card_visa',
          key: `killed-${n}`,
        };
        const intent = await remote.open(order).catch(() => null);
        if (intent === null) return;
        acknowledged.add(intent.id);
        return buy(n + 8);
      };
      const buyers = Array.from({ length: 8 }, (_, n) => buy(n));
      await waitFor('some charges', () => acknowledged.size > 100);
      first.kill();
      await Promise.all(buyers);
      const second = await spawnSimulator(receiver.url, own);
      const kept = new Set((await charges(second.url)).map((charge) => charge.intentId));
      second.kill();
      expect([...acknowledged].filter((id) => !kept.has(id))).to.deep.equal([]);
      expect(kept.size).to.be.at.least(acknowledged.size);
    });
  });
});

function sign(body: Buffer, secret: string): string {
  const at = Math.floor(Date.now() / 1_000);
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
}

/** A simulator in a process of its own, which `kill` ends with SIGKILL. */
async function spawnSimulator(webhookUrl: string, journal: string): Promise<{ url: string; kill(): void }> {
  const options = { port: 0, host: '127.0.0.1', secretKey: SECRET_KEY, webhookSecret: WEBHOOK_SECRET };
  const program = `
    import { startSimulator } from ${JSON.stringify(MODULE)};
    const options = ${JSON.stringify({ ...options, webhookUrl, journal })};
    console.log((await startSimulator({ ...options, log() {} })).url);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return { url: String(line).trim(), kill: () => child.kill('SIGKILL') };
}
