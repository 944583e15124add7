import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';

/** The addresses and folders of the processes of one stack. */
export interface Addresses {
  databaseUrl: string;
  redisUrl: string;
  webUrls: string[];
  simulatorUrl: string;
  journal: string;
  /** The folder in which e-mails are stored as files. */
  mailFolder: string;
  /** The data folder of a stack with its own secrets (`secretsOf`). */
  dataDir?: string;
}

/** Fixed values, so that sessions and signatures survive a restart. Production requires its own secrets. */
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
 * Derives the secrets that shops on one machine must not share from the data folder: the simulator refuses requests of
 * another shop, and a shop refuses its webhooks and access tokens. They survive restarts without a file, so that
 * `bin/verify --data` can derive them too. The keys of stored data (APP_SECRET, DATA_KEYS) are the same everywhere:
 * otherwise a moved folder would lose its data.
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

/**
 * Returns the environment of a stack's processes. Set variables override development values; `extra` overrides both.
 */
export function stackEnvironment(addresses: Addresses, extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const defaults = {
    ...DEVELOPMENT,
    ...(addresses.dataDir && secretsOf(addresses.dataDir)),
    MAIL_FOLDER: addresses.mailFolder,
    STORE_URL: addresses.webUrls[0],
  };
  const fixed = {
    DATABASE_URL: addresses.databaseUrl,
    REDIS_URL: addresses.redisUrl,
    STRIPE_API_URL: addresses.simulatorUrl,
    SIMULATOR_WEBHOOK_URL: `${addresses.webUrls[0]}/api/v1/webhooks/payments/stripe`,
    SIMULATOR_JOURNAL: addresses.journal,
  };
  return layered(defaults, withoutEmpty(process.env), fixed, extra);
}

/** Merges variables: later ones win, NAME also over an earlier NAME_FILE, and NAME_FILE over an earlier NAME. */
export function layered(...layers: NodeJS.ProcessEnv[]): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const layer of layers) {
    for (const name of Object.keys(layer)) delete env[name.endsWith('_FILE') ? name.slice(0, -5) : `${name}_FILE`];
    Object.assign(env, layer);
  }
  return env;
}

function withoutEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}
