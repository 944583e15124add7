import { expect } from 'chai';
import { type Config, ConfigError, readConfig } from '../../src/infra/config.ts';

const KEY = `k1:${Buffer.alloc(32).toString('base64')}`;
const WEB = {
  DATABASE_URL: 'postgres://localhost/shop',
  REDIS_URL: 'redis://localhost',
  APP_SECRET: 'x'.repeat(32),
  DATA_KEYS: KEY,
  ACCESS_TOKEN_KEYS: KEY,
  STRIPE_SECRET_KEY: 'sk',
  STRIPE_WEBHOOK_SECRET: 'whsec',
};
const DEFAULTS = { read: 1_200, write: 600, 'sign-in': 60, guesses: 5 };

const read = (env: NodeJS.ProcessEnv): Config<'web'> => readConfig('web', { ...WEB, ...env });
const complaint = (env: NodeJS.ProcessEnv): string => {
  try {
    read(env);
    return '';
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
};

describe('the settings of a web process', () => {
  it('limit rates, open nothing to other origins and believe no proxy unless told to', () => {
    const { RATE_LIMITS, CORS_ORIGINS, TRUST_PROXY } = read({});
    expect({ RATE_LIMITS, CORS_ORIGINS, TRUST_PROXY }).to.deep.equal({
      RATE_LIMITS: DEFAULTS,
      CORS_ORIGINS: [],
      TRUST_PROXY: 0,
    });
  });

  it('bound what orders and networks hold, each bound by itself', () => {
    const { ORDER_LIMITS, HOLD_LIMITS } = read({ ORDER_LIMITS: 'units:1000', HOLD_LIMITS: 'checkouts:9' });
    expect(ORDER_LIMITS).to.deep.equal({ variant: 100, units: 1_000, value: 1_000_000_000 });
    expect(HOLD_LIMITS).to.deep.equal({ checkouts: 9, units: 1_000 });
    expect(complaint({ HOLD_LIMITS: 'units:0' })).to.contain('"units:0" must be one of checkouts, units');
  });

  it('let a buyer hold at least one order of the largest size', () => {
    const wrong = (hold: number, order: number) =>
      `HOLD_LIMITS: "units:${hold}" must not be less than the units of ORDER_LIMITS, "units:${order}"`;
    expect(complaint({ ORDER_LIMITS: 'units:1001' }), 'without HOLD_LIMITS').to.contain(wrong(1_000, 1_001));
    expect(complaint({ HOLD_LIMITS: 'units:499' }), 'without ORDER_LIMITS').to.contain(wrong(499, 500));
    expect(complaint({ HOLD_LIMITS: 'units:500' })).to.equal('');
  });

  it('change the rates they name and leave the others', () => {
    expect(read({ RATE_LIMITS: 'read:9, guesses:50' }).RATE_LIMITS).to.deep.equal({
      ...DEFAULTS,
      read: 9,
      guesses: 50,
    });
  });

  it('say which part of the rates is wrong and what would be right', () => {
    for (const wrong of ['reads:5', 'read', 'read:0', 'read:-1', 'read:5:6', 'read:1e3', 'constructor:5']) {
      expect(complaint({ RATE_LIMITS: `write:5,${wrong}` }), wrong)
        .to.contain(`RATE_LIMITS: "${wrong}" must be one of read, write, sign-in, guesses, a colon, and a number`)
        .and.not.contain('"write:5"');
    }
  });

  it('take origins, and nothing that only looks like one', () => {
    const origins = ['https://shop.example.com', 'http://localhost:5173'];
    expect(read({ CORS_ORIGINS: ` ${origins.join(' , ')},` }).CORS_ORIGINS).to.deep.equal(origins);
    for (const wrong of [
      '*',
      'null',
      'shop.example.com',
      'https://a.example/',
      'https://A.example',
      'ftp://a.example',
    ]) {
      expect(complaint({ CORS_ORIGINS: `${origins[0]},${wrong}` }), wrong).to.contain('CORS_ORIGINS: must be a list');
    }
  });

  it('take the number of proxies, not whether there are any', () => {
    expect(read({ TRUST_PROXY: '2' }).TRUST_PROXY).to.equal(2);
    for (const wrong of ['true', '-1', '1.5']) expect(complaint({ TRUST_PROXY: wrong })).to.contain('TRUST_PROXY: ');
  });
});
