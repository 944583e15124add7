import { expect } from 'chai';
import fc from 'fast-check';
import { MOST_TRIES, retryDelayMs } from '../../src/domain/events.ts';
import { httpSender } from '../../src/ports/webhooks/http.ts';
import { WebhookError } from '../../src/ports/webhooks/port.ts';
import { openReceiver } from '../support/receiver.ts';

describe('the sender of webhooks', () => {
  const code = async (url: string, onlyPublic: boolean): Promise<string | number> =>
    httpSender({ onlyPublic })
      .post({ url, headers: {}, body: '{}' })
      .catch((error: unknown) => (error instanceof WebhookError ? error.code : String(error)));

  for (const url of [
    'https://127.0.0.1/',
    'https://localhost/',
    'https://10.0.0.1/',
    'https://192.168.1.1:8443/',
    'https://172.16.0.9/',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/',
    'https://[fd00::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://0.0.0.0/',
    'https://2130706433/',
  ]) {
    it(`does not call ${url} in production`, async () => {
      expect(await code(url, true)).to.equal('ADDRESS_FORBIDDEN');
    });
  }

  it('speaks HTTPS only in production', async () => {
    expect(await code('http://example.com/', true)).to.equal('HTTPS_REQUIRED');
  });

  it('answers any status, and says why there was none', async () => {
    const receiver = await openReceiver();
    receiver.answer(418);
    expect(await code(receiver.url, false)).to.equal(418);
    await receiver.close();
    expect(await code(receiver.url, false)).to.equal('ECONNREFUSED');
  });
});

describe('the tries of a delivery', () => {
  it('come ever later, over about a day', () => {
    const all = Array.from({ length: MOST_TRIES - 1 }, (_, index) => retryDelayMs(index + 1, 0.5));
    expect([...all].sort((one, other) => one - other)).to.deep.equal(all);
    const hours = all.reduce((sum, ms) => sum + ms, 0) / 3_600_000;
    expect(hours).to.be.within(18, 30);
  });

  it('keep within a fifth of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: MOST_TRIES }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (tries, chance) => {
          const middle = retryDelayMs(tries, 0.5);
          const ms = retryDelayMs(tries, chance);
          return ms >= Math.floor(middle * 0.8) && ms <= Math.ceil(middle * 1.2);
        },
      ),
    );
  });
});
