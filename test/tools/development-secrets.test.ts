import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startSimulator } from '../../src/ports/payments/simulator/server.ts';
import { stripeProvider } from '../../src/ports/payments/stripe.ts';
import { DEVELOPMENT, layered, stackEnvironment } from '../../tools/stack/environment.ts';
import { readTarget } from '../../tools/verify/target.ts';

const OWN = ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'ACCESS_TOKEN_KEYS'] as const;

describe('the secrets of a development shop', () => {
  let folder: string;
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'vcecom-secrets-')));
    for (const name of ['one', 'other']) await mkdir(join(folder, name));
    await symlink(join(folder, 'one'), join(folder, 'link'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** As bin/dev makes it for the processes of a data folder. */
  const environmentOf = (name: string) => {
    const dataDir = join(folder, name);
    const urls = { databaseUrl: '', redisUrl: '', webUrls: ['http://127.0.0.1:3000'], simulatorUrl: '' };
    return stackEnvironment({ ...urls, journal: join(dataDir, 'j'), mailFolder: join(dataDir, 'mail'), dataDir });
  };
  const providerOf = (name: string, apiUrl: string) => {
    const { STRIPE_SECRET_KEY: secretKey = '', STRIPE_WEBHOOK_SECRET: webhookSecret = '' } = environmentOf(name);
    return stripeProvider({ secretKey, webhookSecret, apiUrl });
  };

  it('are others in each data folder, and the same at every start', () => {
    for (const name of OWN) {
      expect(environmentOf('one')[name], name).to.be.a('string').and.not.equal(environmentOf('other')[name]);
      expect(environmentOf('link')[name], name).to.equal(environmentOf('one')[name]);
    }
  });

  it('leave what data is stored under as it is', () => {
    for (const name of ['APP_SECRET', 'DATA_KEYS'] as const)
      expect(environmentOf('one')[name]).to.equal(DEVELOPMENT[name]);
  });

  it('give way to files that the environment names, and the other way round', () => {
    const env = layered({ A: 'made', B_FILE: '/b' }, { A_FILE: '/a', B: 'given' });
    expect(env).to.deep.equal({ A_FILE: '/a', B: 'given' });
  });

  it('are known to bin/verify --data', async () => {
    const processes = { postgres: { url: 'postgres://there' }, simulator: [{ url: 'http://there' }] };
    await writeFile(join(folder, 'one', 'run.json'), JSON.stringify({ processes }));
    const target = readTarget(join(folder, 'link'));
    for (const name of OWN) expect(target[name], name).to.equal(environmentOf('one')[name]);
  });

  it('keep a shop from paying at the simulator of another', async () => {
    const { STRIPE_SECRET_KEY: secretKey = '', STRIPE_WEBHOOK_SECRET: webhookSecret = '' } = environmentOf('one');
    const address = { host: '127.0.0.1', port: 0, webhookUrl: 'http://127.0.0.1:1' };
    const simulator = await startSimulator({ ...address, secretKey, webhookSecret, log: () => {} });
    try {
      const intent = { amount: 500, currency: 'INR', method: 'pm_card_visa', checkoutId: 'c', key: 'k' };
      expect(await providerOf('one', simulator.url).open(intent)).to.include({ status: 'succeeded' });
      const refused = await providerOf('other', simulator.url)
        .open({ ...intent, key: 'k2' })
        .then(
          () => 'paid',
          (error: Error) => error.message,
        );
      expect(refused).to.contain('Invalid API Key');
    } finally {
      await simulator.close();
    }
  });
});
