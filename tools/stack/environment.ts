/** Where the processes of one stack find each other. */
export interface Addresses {
  databaseUrl: string;
  redisUrl: string;
  webUrls: string[];
  simulatorUrl: string;
  journal: string;
  /** Where mails become files. */
  mailFolder: string;
}

/** Fixed on purpose: sessions and signatures stay valid over a restart. Production refuses to start with absent secrets, and never sees these. */
export const DEVELOPMENT = {
  NODE_ENV: 'development',
  APP_SECRET: 'development-only-secret-of-a-local-machine',
  DRAIN_SECONDS: '0',
  RATE_LIMITS: 'read:1000000,write:1000000,sign-in:100000,guesses:1000',
  STRIPE_SECRET_KEY: 'sk_test_development',
  STRIPE_WEBHOOK_SECRET: 'whsec_development',
  MAIL_FROM: 'VCEcom <shop@example.com>',
  SELLER_NAME: 'Sample Shop Private Limited',
  SELLER_ADDRESS: '12 Development Road | Bengaluru 560001',
  SELLER_GSTIN: '29AABCV1234K1Z9',
  DATA_KEYS: 'dev:ZGV2ZWxvcG1lbnQtb25seS1rZXktb2YtMzItYnl0ZXM=',
  ACCESS_TOKEN_KEYS: 'dev:ZGV2ZWxvcG1lbnQtb25seS1zaWduaW5nLWtleS0zMmI=',
};

/** The environment of all processes of a stack; what is set already wins over the development values, `extra` over both. */
export function stackEnvironment(addresses: Addresses, extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  return {
    ...DEVELOPMENT,
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
