import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const url = (protocols: string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    message: `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

const settings = {
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  DATABASE_URL: url(['postgres:', 'postgresql:']),
  REDIS_URL: url(['redis:', 'rediss:']),
  APP_SECRET: z.string().min(32, 'must have at least 32 characters'),
  STRIPE_SECRET_KEY: z.string().min(1),
  STRIPE_WEBHOOK_SECRET: z.string().min(1),
  STRIPE_API_URL: url(['http:', 'https:']).optional(),
  OPS_PASSWORD: z.string().min(6, 'must have at least 6 characters').optional(),
  LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
  CHECKOUT_TTL_SECONDS: z.coerce.number().int().min(1).max(86_400).default(900),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(200).default(16),
  SELLER_STATE: z.string().default('IN-KA'),
  FAILPOINT_FILE: z.string().optional(),
  SIMULATOR_WEBHOOK_URL: url(['http:', 'https:']),
  SIMULATOR_JOURNAL: z.string().optional(),
};

const STORE = ['NODE_ENV', 'DATABASE_URL', 'REDIS_URL', 'APP_SECRET', 'LOG_LEVEL', 'FAILPOINT_FILE'] as const;
const PAYMENTS = ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'STRIPE_API_URL'] as const;

/** The settings each process reads; a process never fails for want of one it does not use. */
const READ_BY = {
  web: [...STORE, ...PAYMENTS, 'HOST', 'PORT', 'OPS_PASSWORD', 'SELLER_STATE'],
  worker: [...STORE, ...PAYMENTS, 'CHECKOUT_TTL_SECONDS', 'WORKER_CONCURRENCY', 'SELLER_STATE'],
  simulator: [
    'HOST',
    'PORT',
    'LOG_LEVEL',
    'STRIPE_SECRET_KEY',
    'STRIPE_WEBHOOK_SECRET',
    'SIMULATOR_WEBHOOK_URL',
    'SIMULATOR_JOURNAL',
  ],
  database: ['DATABASE_URL', 'LOG_LEVEL'],
  audit: ['DATABASE_URL', ...PAYMENTS],
} as const satisfies Record<string, readonly (keyof typeof settings)[]>;

type Settings = { [Name in keyof typeof settings]: z.infer<(typeof settings)[Name]> };
export type Process = keyof typeof READ_BY;
export type Config<P extends Process> = Pick<Settings, (typeof READ_BY)[P][number]>;

/** Thrown by `readConfig`: one line for every setting that is missing or wrong. */
export class ConfigError extends Error {}

/**
 * Reads the settings of one process from the environment; empty variables count as absent.
 * @throws ConfigError that names every wrong setting, not only the first.
 */
export function readConfig<P extends Process>(process_: P, env: NodeJS.ProcessEnv = process.env): Config<P> {
  const names = READ_BY[process_];
  const schema = z.object(Object.fromEntries(names.map((name) => [name, settings[name]])));
  const result = schema.safeParse(Object.fromEntries(names.map((name) => [name, env[name] || undefined])));
  if (result.success) return result.data as Config<P>;
  const lines = result.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return `  ${name}: ${env[name] ? issue.message : 'is missing'}`;
  });
  throw new ConfigError(`The ${process_} process cannot start, these settings are wrong:\n${lines.join('\n')}`);
}
