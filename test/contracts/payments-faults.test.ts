import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { expect } from 'chai';
import type { PaymentProvider } from '../../src/ports/payments/port.ts';
import type { Simulator } from '../../src/ports/payments/simulator/server.ts';
import {
  charges,
  checkoutNamed,
  clearFaults,
  failure,
  providerAt,
  type Receiver,
  setFaults,
  startReceiver,
  startTestSimulator,
  stats,
} from '../support/simulator.ts';
import { waitFor } from '../support/wait-for.ts';

const NOBODY = 'http://127.0.0.1:1';

describe('payment port: when the provider fails', () => {
  let receiver: Receiver;
  let simulator: Simulator;
  let provider: PaymentProvider;
  let serial = 0;

  before(async () => {
    receiver = await startReceiver();
    simulator = await startTestSimulator(receiver.url);
  });
  beforeEach(() => {
    provider = providerAt(simulator.url, { timeoutMs: 200, breakerResetMs: 100 });
  });
  afterEach(() => clearFaults(simulator.url));
  after(async () => {
    await simulator.close();
    await receiver.close();
  });

  const open = (at: PaymentProvider, name = `faulty-${++serial}`) => {
    const order = { checkoutId: checkoutNamed(name), amount: 1_000, currency: 'INR' };
    return at.open({ ...order, method: 'pm_card_visa', key: `key-${name}` });
  };
  const chargesOf = async (name: string) =>
    (await charges(simulator.url)).filter((charge) => charge.checkoutId === checkoutNamed(name));
  const minuteAgo = () => new Date(Date.now() - 60_000);

  it('knows that a refused connection sent nothing', async () => {
    const error = await failure(open(providerAt(NOBODY)));
    expect(error).to.include({ outcome: 'not_sent', code: 'PROVIDER_UNAVAILABLE' });
  });

  it('does not know what a connection that breaks has done', async () => {
    await setFaults(simulator.url, { down: true });
    const error = await failure(open(provider, 'broken'));
    expect(error).to.include({ outcome: 'unknown', code: 'PROVIDER_CONNECTION_LOST' });
    await clearFaults(simulator.url);
    expect(await provider.find(checkoutNamed('broken'), minuteAgo())).to.equal(null);
    expect(await open(provider, 'broken')).to.include({ status: 'succeeded' });
  });

  it('does not know the outcome when a broken connection is followed by a refused one', async () => {
    const once = createTcpServer((socket) => {
      once.close();
      socket.once('data', () => socket.destroy());
    });
    await new Promise<void>((resolve) => once.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(once.address() as AddressInfo).port}`;
    expect(await failure(open(providerAt(url)))).to.include({ outcome: 'unknown' });
  });

  it('finds the charge whose answer never came', async () => {
    await setFaults(simulator.url, { timeoutAfterSuccessRate: 1 });
    const error = await failure(open(provider, 'timed-out'));
    expect(error).to.include({ outcome: 'unknown', code: 'PROVIDER_TIMEOUT' });
    const found = await provider.find(checkoutNamed('timed-out'), minuteAgo());
    expect(found).to.include({ checkoutId: checkoutNamed('timed-out'), status: 'succeeded', amountReceived: 1_000 });
    expect(await chargesOf('timed-out')).to.have.length(1);
  });

  it('gets the first answer again when the key of a timed-out charge is repeated', async () => {
    await setFaults(simulator.url, { timeoutAfterSuccessRate: 1 });
    await failure(open(provider, 'asked-again'));
    const intent = await open(provider, 'asked-again');
    expect(intent).to.include({ status: 'succeeded' });
    expect(await chargesOf('asked-again')).to.have.length(1);
  });

  it('does not know the outcome of a slow answer', async () => {
    await setFaults(simulator.url, { latencyMs: 400 });
    expect(await failure(open(provider, 'slow'))).to.include({ outcome: 'unknown', code: 'PROVIDER_TIMEOUT' });
    await clearFaults(simulator.url);
    await waitFor('the slow charge', () => provider.find(checkoutNamed('slow'), minuteAgo()));
  });

  it('does not know the outcome of a 500, which may come before anything happened', async () => {
    await setFaults(simulator.url, { errorRate: 1 });
    expect(await failure(open(provider, 'error'))).to.include({ outcome: 'unknown', code: 'PROVIDER_ERROR' });
    await clearFaults(simulator.url);
    expect(await provider.find(checkoutNamed('error'), minuteAgo())).to.equal(null);
    expect(await open(provider, 'error')).to.include({ status: 'succeeded' });
  });

  it('finds the charge behind a 500, which the key repeats for ever', async () => {
    await setFaults(simulator.url, { errorAfterSuccessRate: 1 });
    await failure(open(provider, 'error-after'));
    await clearFaults(simulator.url);
    expect(await failure(open(provider, 'error-after'))).to.include({ outcome: 'unknown', code: 'PROVIDER_ERROR' });
    expect(await provider.find(checkoutNamed('error-after'), minuteAgo())).to.include({ status: 'succeeded' });
    expect(await chargesOf('error-after')).to.have.length(1);
  });

  it('fails as often as it is told, and in the same places for the same seed', async () => {
    const run = async () => {
      const patient = providerAt(simulator.url);
      await setFaults(simulator.url, { errorRate: 0.3, seed: 7 });
      const results: string[] = [];
      for (let n = 0; n < 30; n++) results.push(await patient.retrieve('pi_none').catch((error) => error.outcome));
      return results;
    };
    const first = await run();
    expect(first.filter((outcome) => outcome === 'unknown').length).to.be.within(4, 14);
    expect(await run()).to.deep.equal(first);
  });

  for (const [status, outcome, code] of [
    [429, 'not_sent', 'RATE_LIMIT'],
    [401, 'not_sent', 'INVALID_REQUEST_ERROR'],
    [404, 'refused', 'INVALID_REQUEST_ERROR'],
    [502, 'unknown', 'PROVIDER_ERROR'],
  ] as const) {
    it(`takes an answer of ${status} as ${outcome}`, async () => {
      const body =
        status === 429 ? { type: 'invalid_request_error', code: 'rate_limit' } : { type: 'invalid_request_error' };
      const server = createServer((_, response) => response.writeHead(status).end(JSON.stringify({ error: body })));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const at = providerAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      expect(await failure(open(at))).to.include({ outcome, code });
      server.close();
      server.closeAllConnections();
    });
  }

  describe('the breaker', () => {
    const isOpen = async () => (await failure(provider.retrieve('pi_none'))).code === 'PROVIDER_UNAVAILABLE';

    it('opens when the provider is down, sends nothing while it is open, and closes when it is up again', async () => {
      await setFaults(simulator.url, { errorRate: 1 });
      provider = providerAt(simulator.url, { breakerResetMs: 1_000 });
      await waitFor('the breaker opens', isOpen);
      const { requests } = await stats(simulator.url);
      expect(await failure(open(provider))).to.include({ outcome: 'not_sent', code: 'PROVIDER_UNAVAILABLE' });
      expect((await stats(simulator.url)).requests).to.equal(requests);
      await clearFaults(simulator.url);
      await waitFor('the breaker closes', async () => !(await isOpen()));
      expect(await open(provider)).to.include({ status: 'succeeded' });
    });

    it('says without a call whether calls are sent', async () => {
      await setFaults(simulator.url, { errorRate: 1 });
      provider = providerAt(simulator.url, { breakerResetMs: 50 });
      expect(provider.availability()).to.equal('available');
      await waitFor('the breaker opens', async () => {
        await failure(provider.retrieve('pi_none'));
        return provider.availability() === 'away';
      });
      await waitFor('a trial is due', () => provider.availability() === 'trial');
      await setFaults(simulator.url, { errorRate: 0, latencyMs: 100 });
      const trial = open(provider);
      expect(provider.availability()).to.equal('away');
      expect(await failure(open(provider))).to.include({ outcome: 'not_sent' });
      await trial;
      expect(provider.availability()).to.equal('available');
    });

    it('stays closed however many cards are declined and requests refused', async () => {
      const before = await stats(simulator.url);
      for (let n = 0; n < 20; n++) {
        await failure(provider.retrieve('pi_none'));
        const declined = {
          checkoutId: checkoutNamed(`declined-${n}`),
          amount: 1,
          currency: 'INR',
          key: `declined-${n}`,
        };
        await provider.open({ ...declined, method: 'pm_card_chargeDeclined' });
      }
      expect((await stats(simulator.url)).requests - before.requests).to.equal(40);
    });
  });
});
