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
