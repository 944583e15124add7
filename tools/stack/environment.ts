import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';

/** Where the processes of one stack find each other. */
export interface Addresses {
  databaseUrl: string;
  redisUrl: string;
  webUrls: string[];
  simulatorUrl: string;
  journal: string;
  /** Where mails become files. */
  mailFolder: string;
  /** Of the stack, when it has secrets of its own (`secretsOf`). */
  dataDir?: string;
}

/** Fixed on purpose: sessions and signatures stay valid over a restart. Production refuses to start with absent secrets, and never sees these. */
export const DEVELOPMENT = {
  NODE_ENV: 'development',
  APP_SECRET: 'development-only-secret-of-a-local-machine',
  DRAIN_SECONDS: '0',
  RATE_LIMITS: 'read:1000000,write:1000000,sign-in:100000,guesses:1000',
  MAILS_PER_ADDRESS_AND_DAY: '1000',
  HOLD_LIMITS: 'checkouts:1000000,units:1000000',
  STRIPE_SECRET_KEY: 'sk_test_development',
  STRIPE_WEBHOOK_SECRET: 'whsec_development',
  MAIL_FROM: 'VCEcom <shop@example.com>',
  SELLER_NAME: 'Sample Shop Private Limited',
  SELLER_ADDRESS: '12 Development Road | Bengaluru 560001',
  SELLER_GSTIN: '29AABCV1234K1Z9',
  DATA_KEYS: 'dev:ZGV2ZWxvcG1lbnQtb25seS1rZXktb2YtMzItYnl0ZXM=',
  ACCESS_TOKEN_KEYS: 'dev:ZGV2ZWxvcG1lbnQtb25seS1zaWduaW5nLWtleS0zMmI=',
};

/**
 * The secrets that shops on one machine must not share, made from the data folder: a shop is refused at the simulator of
 * another, and neither webhooks nor access tokens of one are taken by another. They stay the same over restarts, and need no file, so that
 * `bin/verify --data` knows them too. What is stored under a key (APP_SECRET, DATA_KEYS) stays the same everywhere:
 * a folder that moves would lose it.
 */
export function secretsOf(dataDir: string): Record<string, string> {
  const folder = realpathSync(dataDir);
  const made = (name: string) => createHash('sha256').update(`${name}:${folder}`).digest();
  return {
    STRIPE_SECRET_KEY: `sk_test_${made('STRIPE_SECRET_KEY').toString('hex').slice(0, 32)}`,
    STRIPE_WEBHOOK_SECRET: `whsec_${made('STRIPE_WEBHOOK_SECRET').toString('hex').slice(0, 32)}`,
    ACCESS_TOKEN_KEYS: `dev:${made('ACCESS_TOKEN_KEYS').toString('base64')}`,
  };
}

/** The environment of all processes of a stack; what is set already wins over the development values, `extra` over both. */
export function stackEnvironment(addresses: Addresses, extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  return {
    ...DEVELOPMENT,
    ...(addresses.dataDir && secretsOf(addresses.dataDir)),
    MAIL_FOLDER: addresses.mailFolder,
    STORE_URL: addresses.webUrls[0],
    ...withoutEmpty(process.env),
    DATABASE_URL: addresses.databaseUrl,
    REDIS_URL: addresses.redisUrl,
    STRIPE_API_URL: addresses.simulatorUrl,
    SIMULATOR_WEBHOOK_URL: `${addresses.webUrls[0]}/api/v1/webhooks/payments/stripe`,
    SIMULATOR_JOURNAL: addresses.journal,
    ...extra,
  };
}

function withoutEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}
