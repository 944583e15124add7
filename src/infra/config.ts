import { z } from 'zod';
import { readKeys } from './crypto/key-ring.ts';
import { completeEnvironment } from './environment.ts';
import { redisCaSchema, redisUrlSchema } from './redis/settings.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const seconds = z.coerce.number().int().min(1).max(86_400);
const url = (protocols: string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    message: `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

const keys = z.string().superRefine((text, context) => {
  try {
    readKeys(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

const listOf = (text: string): string[] => text.split(',').flatMap((part) => part.trim() || []);

const smtpUrl = url(['smtp:', 'smtps:']);
const SENDER = /^([^<>\r\n]+ <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/;

/** Parses `read:1200,write:600`; names that are left out keep their defaults. */
const limitsSchema = <Name extends string>(defaults: Record<Name, number>) =>
  z
    .string()
    .default('')
    .transform((text, context) => {
      const given = listOf(text).map((part) => /^([a-z-]+):([1-9]\d{0,11})$/.exec(part) ?? [part]);
      for (const [part, name = ''] of given) {
        if (Object.hasOwn(defaults, name)) continue;
        const message = `"${part}" must be one of ${Object.keys(defaults).join(', ')}, a colon, and a number from 1`;
        context.addIssue({ code: 'custom', message });
      }
      return { ...defaults, ...Object.fromEntries(given.map(([, name, value]) => [name, Number(value)])) };
    });

/** `https://shop.example.com,https://admin.example.com` */
const origins = z
  .string()
  .default('')
  .transform(listOf)
  .refine((list) => list.every((each) => /^https?:/.test(each) && URL.parse(each)?.origin === each), {
    message: 'must be a list of origins like https://shop.example.com, without a path',
  });

/** A boolean setting whose default is true. */
const defaultTrue = z
  .enum(['true', 'false'])
  .default('true')
  .transform((text) => text === 'true');

/** A boolean setting whose default is false. */
const defaultFalse = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const settings = {
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  DATABASE_URL: url(['postgres:', 'postgresql:']),
  DATABASE_READ_URL: url(['postgres:', 'postgresql:']).optional(),
  DATABASE_CONNECTIONS: z.coerce.number().int().min(2).max(200).default(10),
  DATABASE_NAMED_STATEMENTS: defaultTrue,
  REDIS_URL: redisUrlSchema,
  CACHE_REDIS_URL: redisUrlSchema.optional(),
  REDIS_CA: redisCaSchema.optional(),
  APP_SECRET: z.string().min(32, 'must have at least 32 characters'),
  DATA_KEYS: keys,
  ACCESS_TOKEN_KEYS: keys,
  STRIPE_SECRET_KEY: z.string().min(1),
  STRIPE_WEBHOOK_SECRET: z.string().min(1),
  STRIPE_API_URL: url(['http:', 'https:']).optional(),
  METRICS_ADDRESS: z
    .string()
    .regex(/^\S+:\d{1,5}$/, 'must be a host and a port, like 127.0.0.1:9464 or 127.0.0.1:PORT+1000')
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(['http:', 'https:']).optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url(['http:', 'https:']).optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.enum(['grpc', 'http/protobuf', 'http/json']).optional(),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none']).default('otlp'),
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS).optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).optional(),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_SDK_DISABLED: defaultFalse,
  LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
  ACCESS_LOG_RATIO: z.coerce.number().min(0).max(1).default(0.01),
  CHECKOUT_TTL_SECONDS: seconds.default(900),
  UNPAID_HOLD_SECONDS: seconds.default(300),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(200).default(16),
  SELLER_NAME: z.string().min(1).max(100),
  SELLER_ADDRESS: z.string().min(1).max(300),
  SELLER_GSTIN: z.string().min(1),
  SELLER_STATE: z.string().default('IN-KA'),
  SELLER_CONTACT: z.string().max(200).optional(),
  SELLER_LOGO: z.string().optional(),
  INVOICE_TERMS: z.string().max(1_000).optional(),
  INVOICE_PREFIX: z.string().default('VC'),
  CREDIT_NOTE_PREFIX: z.string().default('CN'),
  PRICES_INCLUDE_TAX: defaultTrue,
  SHIPPING_TAX: z.enum(['apportioned', 'highest', 'own']).default('apportioned'),
  RATE_LIMITS: limitsSchema({ read: 1_200, write: 600, 'sign-in': 60, guesses: 5 }),
  ORDER_LIMITS: limitsSchema({ variant: 100, units: 500, value: 1_000_000_000 }),
  HOLD_LIMITS: limitsSchema({ checkouts: 500, units: 1_000 }),
  CORS_ORIGINS: origins,
  DRAIN_SECONDS: z.coerce.number().int().min(0).max(120).default(5),
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  SMTP_URL: smtpUrl.optional(),
  MAIL_FROM: z.string().regex(SENDER, 'must be an e-mail address, or a name with one: Shop <shop@example.com>'),
  MAIL_FOLDER: z.string().default('.data/mail'),
  STORE_URL: url(['http:', 'https:']),
  OPS_URL: url(['http:', 'https:']).optional(),
  MAILS_PER_ADDRESS_AND_DAY: z.coerce.number().int().min(1).max(1_000).default(20),
  ORDER_LINK_DAYS: z.coerce.number().int().min(1).max(3_650).default(180),
  FAILPOINT_FILE: z.string().optional(),
  SIMULATOR_WEBHOOK_URL: url(['http:', 'https:']),
  SIMULATOR_JOURNAL: z.string().optional(),
};

/** Settings that are secrets, or URLs that may contain one. Each can also be in the file that NAME_FILE names. */
const SECRETS = [
  'DATABASE_URL',
  'DATABASE_READ_URL',
  'REDIS_URL',
  'CACHE_REDIS_URL',
  'APP_SECRET',
  'DATA_KEYS',
  'ACCESS_TOKEN_KEYS',
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'SMTP_URL',
] as const satisfies readonly (keyof typeof settings)[];

/** Settings that are optional elsewhere but required in production. */
const REQUIRED_IN_PRODUCTION = { SMTP_URL: smtpUrl };

const STORE = [
  'NODE_ENV',
  'DATABASE_URL',
  'REDIS_URL',
  'APP_SECRET',
  'DATA_KEYS',
  'LOG_LEVEL',
  'METRICS_ADDRESS',
  'FAILPOINT_FILE',
] as const;
/** The OpenTelemetry SDK reads most of them itself, but ignores wrong values: these are checked. */
const TRACING = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_PROTOCOL',
  'OTEL_TRACES_EXPORTER',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
  'OTEL_SERVICE_NAME',
  'OTEL_SDK_DISABLED',
] as const;
const MAIL = ['SMTP_URL', 'MAIL_FROM', 'MAIL_FOLDER', 'STORE_URL', 'OPS_URL'] as const;
const PAYMENTS = ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'STRIPE_API_URL'] as const;

/** The settings that each process or command reads; it does not need the others. `accounts`: commands that decrypt accounts. */
const READ_BY = {
  web: [
    ...STORE,
    ...TRACING,
    'DATABASE_READ_URL',
    'DATABASE_CONNECTIONS',
    'DATABASE_NAMED_STATEMENTS',
    ...PAYMENTS,
    'CACHE_REDIS_URL',
    'REDIS_CA',
    'ACCESS_LOG_RATIO',
    'ACCESS_TOKEN_KEYS',
    'RATE_LIMITS',
    'ORDER_LIMITS',
    'HOLD_LIMITS',
    'CORS_ORIGINS',
    'DRAIN_SECONDS',
    'TRUST_PROXY',
    'HOST',
    'PORT',
    'SELLER_STATE',
    'PRICES_INCLUDE_TAX',
    'SHIPPING_TAX',
  ],
  worker: [
    ...STORE,
    ...TRACING,
    'DATABASE_CONNECTIONS',
    'DATABASE_NAMED_STATEMENTS',
    ...PAYMENTS,
    ...MAIL,
    'MAILS_PER_ADDRESS_AND_DAY',
    'ORDER_LINK_DAYS',
    'CACHE_REDIS_URL',
    'REDIS_CA',
    'CHECKOUT_TTL_SECONDS',
    'UNPAID_HOLD_SECONDS',
    'ORDER_LIMITS',
    'WORKER_CONCURRENCY',
    'SELLER_NAME',
    'SELLER_ADDRESS',
    'SELLER_GSTIN',
    'SELLER_STATE',
    'SELLER_CONTACT',
    'SELLER_LOGO',
    'INVOICE_TERMS',
    'INVOICE_PREFIX',
    'CREDIT_NOTE_PREFIX',
    'PRICES_INCLUDE_TAX',
    'SHIPPING_TAX',
  ],
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
  accounts: ['NODE_ENV', 'DATABASE_URL', 'APP_SECRET', 'DATA_KEYS', 'LOG_LEVEL'],
  verify: ['DATABASE_URL', 'DATABASE_READ_URL', ...PAYMENTS],
} as const satisfies Record<string, readonly (keyof typeof settings)[]>;

type Settings = { [Name in keyof typeof settings]: z.infer<(typeof settings)[Name]> };
export type Process = keyof typeof READ_BY;
export type Config<P extends Process> = Pick<Settings, (typeof READ_BY)[P][number]>;

/** Refuses a hold limit below the order limit: the largest allowed order could never be checked out. */
function checkHoldLimit(read: Partial<Settings>, context: z.RefinementCtx): void {
  const { HOLD_LIMITS: hold, ORDER_LIMITS: order } = read;
  if (!hold || !order || hold.units >= order.units) return;
  const message = `"units:${hold.units}" must not be less than the units of ORDER_LIMITS, "units:${order.units}"`;
  context.addIssue({ code: 'custom', path: ['HOLD_LIMITS'], message });
}

/** Thrown by `readConfig`: one line for every setting that is missing or wrong. */
export class ConfigError extends Error {}

/**
 * Reads the settings of one process from the environment, and secrets from files; empty variables count as absent.
 * @throws ConfigError that names every wrong setting, not only the first one.
 */
export function readConfig<P extends Process>(processName: P, given: NodeJS.ProcessEnv = process.env): Config<P> {
  const names: readonly (keyof typeof settings)[] = READ_BY[processName];
  const secrets = SECRETS.filter((name) => names.includes(name));
  const { env, problems } = completeEnvironment(given, secrets);
  const rules = { ...settings, ...(env.NODE_ENV === 'production' && REQUIRED_IN_PRODUCTION) };
  const schema = z.object(Object.fromEntries(names.map((name) => [name, rules[name]]))).superRefine(checkHoldLimit);
  const result = schema.safeParse(Object.fromEntries(names.map((name) => [name, env[name] || undefined])));
  if (result.success && problems.size === 0) return result.data as Config<P>;
  const issues = (result.error?.issues ?? []).map((issue): [string, string] => {
    const name = String(issue.path[0]);
    return [name, env[name] || issue.code === 'custom' ? issue.message : 'is missing'];
  });
  const others = issues.filter(([name]) => !problems.has(name));
  const lines = [...problems, ...others].map(([name, problem]) => `  ${name}: ${problem}`);
  throw new ConfigError(`Cannot start: these settings are missing or wrong (see .env.example):\n${lines.join('\n')}`);
}
