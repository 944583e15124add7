import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError, readConfig } from '../../src/infra/config.ts';
import { readSeller } from '../../src/main/seller.ts';

const KEY = `k1:${Buffer.alloc(32).toString('base64')}`;
const WORKER = {
  DATABASE_URL: 'postgres://localhost/shop',
  REDIS_URL: 'redis://localhost',
  APP_SECRET: 'x'.repeat(32),
  DATA_KEYS: KEY,
  STRIPE_SECRET_KEY: 'sk',
  STRIPE_WEBHOOK_SECRET: 'whsec',
  MAIL_FROM: 'Shop <shop@example.com>',
  SELLER_NAME: 'Shop',
  SELLER_ADDRESS: 'Here',
  SELLER_GSTIN: '29AABCV1234K1Z9',
  STORE_URL: 'https://shop.example.com',
};

const complaint = (env: NodeJS.ProcessEnv): string => {
  try {
    readConfig('worker', env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n').slice(1).join('\n');
    throw error;
  }
  return '';
};

describe('the settings of a worker', () => {
  it('need a mail server in production, and name it with whatever else is missing', () => {
    const { STORE_URL: _, ...rest } = WORKER;
    expect(
      complaint({ ...rest, NODE_ENV: 'production' })
        .trim()
        .split(/\n\s*/),
    ).to.have.members(['SMTP_URL: is missing', 'STORE_URL: is missing']);
    expect(complaint({ ...WORKER, NODE_ENV: 'production', SMTP_URL: 'smtp://mail.example.com' })).to.equal('');
  });

  it('make do with a folder of mails elsewhere', () => {
    expect(readConfig('worker', WORKER)).to.include({ SMTP_URL: undefined, MAIL_FOLDER: '.data/mail' });
    expect(complaint({ ...WORKER, SMTP_URL: 'http://mail.example.com' })).to.include('smtp:// or smtps://');
  });

  it('know a sender when they see one', () => {
    for (const good of ['a@b.in', 'Shop, of आशा <a@b.in>'])
      expect(complaint({ ...WORKER, MAIL_FROM: good })).to.equal('');
    for (const bad of ['Shop', 'a@b.in, c@d.in', 'Shop a@b.in', 'Shop\r\nBcc: x <a@b.in>', 'a@b.in <c@d.in> <e@f.in>'])
      expect(complaint({ ...WORKER, MAIL_FROM: bad }), bad).to.match(/^ {2}MAIL_FROM: must be/);
  });

  it('include those of OpenTelemetry, which its SDK would only ignore if they are wrong', () => {
    const good = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' };
    expect(readConfig('worker', { ...WORKER, ...good })).to.include({ OTEL_TRACES_SAMPLER_ARG: 0.01 });
    const wrong = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http',
      OTEL_TRACES_SAMPLER: 'ratio',
      OTEL_TRACES_SAMPLER_ARG: '1 %',
      OTEL_SDK_DISABLED: 'yes',
    };
    const lines = complaint({ ...WORKER, ...wrong }).split('\n');
    expect(lines.map((line) => line.trim().split(':')[0])).to.have.members(Object.keys(wrong));
  });

  it('name each setting that no document could be issued with', () => {
    expect(readSeller(readConfig('worker', WORKER))).to.deep.include({
      prefixes: { invoice: 'VC', 'credit-note': 'CN' },
      address: ['Here'],
    });
    const wrong = { SELLER_GSTIN: '29AABCV1234K1Z8', SELLER_LOGO: '/nowhere/logo.png', INVOICE_PREFIX: 'SHOPS' };
    expect(() => readSeller(readConfig('worker', { ...WORKER, ...wrong }))).to.throw(
      ConfigError,
      /INVOICE_PREFIX: .*\nSELLER_GSTIN: .*\nSELLER_LOGO: "\/nowhere\/logo.png" cannot be read \(ENOENT\)/,
    );
  });
});

describe('secrets in files', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vcecom-secrets-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const { APP_SECRET: _, ...withoutSecret } = WORKER;

  it('are read without the line break that editors put at their end', () => {
    const APP_SECRET_FILE = file('app', `${'s'.repeat(32)}\r\n`);
    expect(readConfig('worker', { ...withoutSecret, APP_SECRET_FILE }).APP_SECRET).to.equal('s'.repeat(32));
    expect(complaint({ ...withoutSecret, APP_SECRET: '', APP_SECRET_FILE })).to.equal('');
  });

  it('are checked as other values are', () => {
    const APP_SECRET_FILE = file('short', 'too short\n');
    expect(complaint({ ...withoutSecret, APP_SECRET_FILE })).to.equal('  APP_SECRET: must have at least 32 characters');
  });

  it('are refused, by name and path, if the file is missing or empty, or the value is also set', () => {
    const missing = join(folder, 'nowhere');
    const empty = file('empty', '\n');
    const wrong = { ...WORKER, APP_SECRET: '', APP_SECRET_FILE: missing, DATA_KEYS: '', DATA_KEYS_FILE: empty };
    expect(complaint({ ...wrong, REDIS_URL_FILE: empty }).split('\n')).to.have.members([
      `  APP_SECRET: the file of APP_SECRET_FILE, ${missing}, cannot be used (ENOENT)`,
      `  DATA_KEYS: the file of DATA_KEYS_FILE, ${empty}, cannot be used (is empty)`,
      '  REDIS_URL: REDIS_URL_FILE is set as well: remove one of them',
    ]);
  });

  it('are all settings that hold one: keys, secrets, and URLs with a password', () => {
    const text = readFileSync(join(import.meta.dirname, '../../src/infra/config.ts'), 'utf8');
    const PUBLIC = /^(OTEL_|SIMULATOR_|STORE_URL|OPS_URL|STRIPE_API_URL)/;
    const names = [...text.matchAll(/^ {2}([A-Z_]*(?:URL|SECRET|KEYS?|PASSWORD)[A-Z_]*): /gm)].map(
      ([, name = '']) => name,
    );
    const secret = names.filter((name) => !PUBLIC.test(name));
    expect(secret).to.include.members(['DATABASE_URL', 'SMTP_URL', 'STRIPE_WEBHOOK_SECRET', 'ACCESS_TOKEN_KEYS']);
    for (const name of secret) {
      const env = { ...WORKER, [name]: '', [`${name}_FILE`]: join(folder, 'nowhere') };
      const process = ['ACCESS_TOKEN_KEYS', 'DATABASE_READ_URL'].includes(name) ? 'web' : 'worker';
      expect(() => readConfig(process, env), name).to.throw(ConfigError, `${name}: the file of ${name}_FILE`);
    }
  });
});

describe('the address of the metrics', () => {
  it('can be above the PORT of each process', () => {
    const METRICS_ADDRESS = '127.0.0.1:PORT+1000';
    expect(readConfig('worker', { ...WORKER, METRICS_ADDRESS, PORT: '5100' }).METRICS_ADDRESS).to.equal(
      '127.0.0.1:6100',
    );
    expect(readConfig('worker', { ...WORKER, METRICS_ADDRESS }).METRICS_ADDRESS).to.equal('127.0.0.1:4000');
    expect(complaint({ ...WORKER, METRICS_ADDRESS: 'PORT+1' })).to.include('127.0.0.1:PORT+1000');
  });
});
