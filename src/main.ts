import { readSigningKeys } from './api/auth/access-token.ts';
import { openLimits } from './api/limits.ts';
import { startServer, stopServer } from './api/server.ts';
import { openPages } from './api/views/pages.ts';
import type { Seller } from './domain/invoices/document.ts';
import { sellerOf, sellerProblems } from './domain/invoices/seller.ts';
import { openVault, type Vault } from './entities/people/vault.ts';
import { ENTITIES, MIGRATIONS, migrate } from './entities/schema.ts';
import { openCache } from './infra/cache.ts';
import { type Config, ConfigError, readConfig } from './infra/config.ts';
import { type Database, openDatabase } from './infra/database.ts';
import { armFailpoints } from './infra/failpoint.ts';
import { publishHint, subscribeHints } from './infra/hints.ts';
import { openLayeredCache } from './infra/layered-cache.ts';
import { errorFields, logger, observe } from './infra/log.ts';
import { type Meter, serveMetrics } from './infra/metrics.ts';
import { openQueues } from './infra/queue.ts';
import { openRedis } from './infra/redis.ts';
import { stopOnSignal } from './infra/shutdown.ts';
import { openVersions } from './infra/versions.ts';
import { JOBS } from './jobs/schedule.ts';
import { folderMailer } from './ports/mail/folder.ts';
import type { Mailer } from './ports/mail/port.ts';
import { smtpMailer } from './ports/mail/smtp.ts';
import { startSimulator } from './ports/payments/simulator/server.ts';
import { stripeProvider } from './ports/payments/stripe.ts';
import { httpSender } from './ports/webhooks/http.ts';
import { shopMeter } from './workers/meter.ts';
import { replayHistory } from './workers/replay.ts';
import { startWorkers } from './workers/start.ts';

/** The only place where things are put together: one function per kind of process. */
const PROCESSES: Record<string, () => Promise<unknown>> = { web, worker, simulator, migrate: migrateOnce };

/** Keys of caches begin with it. */
const STORE = 'vcecom';
/** ISO 4217. */
const CURRENCY = 'INR';

async function web(): Promise<void> {
  const config = readConfig('web');
  begin(config);
  const db = await openDatabase({ url: config.DATABASE_URL, entities: ENTITIES });
  const redis = openRedis(config.REDIS_URL, 'produce');
  const subscriber = openRedis(config.REDIS_URL, 'consume');
  const queues = openQueues(JOBS, redis);
  const stopping = new AbortController();
  const vault = openVault({ dataKeys: config.DATA_KEYS, secret: config.APP_SECRET });
  const reads = openReads(config, { db, vault });
  const deps = {
    db,
    queues,
    hints: subscribeHints(subscriber),
    cache: openCache(reads.redis, STORE),
    layers: reads.layers,
    pages: reads.pages,
    versions: reads.versions,
    secret: config.APP_SECRET,
    vault,
    signingKeys: readSigningKeys(config.ACCESS_TOKEN_KEYS),
    limits: openLimits(redis, config.RATE_LIMITS),
    admitsDevelopmentAccounts: config.NODE_ENV !== 'production',
    currency: CURRENCY,
    sellerState: config.SELLER_STATE,
    pricesIncludeTax: config.PRICES_INCLUDE_TAX,
    replay: (id: string, to?: number) => replayHistory(db.query, id, to),
    stopping: stopping.signal,
  };
  const { HOST: host, PORT: port, CORS_ORIGINS: corsOrigins, TRUST_PROXY: proxies } = config;
  const hardening = { corsOrigins, isHttpsOnly: config.NODE_ENV === 'production' };
  const server = await startServer(deps, { host, port, redis, provider: provider(config), hardening, proxies });
  observe('web ready', { address: server.address() });
  const stopDoors = async () => {
    stopping.abort();
    await stopServer(server);
  };
  const stopMetrics = await metrics(config);
  stopOnSignal([
    stopMetrics,
    stopDoors,
    queues.close,
    async () => subscriber.disconnect(),
    reads.close,
    async () => redis.disconnect(),
    () => db.orm.close(),
  ]);
}

async function worker(): Promise<void> {
  const config = readConfig('worker');
  begin(config);
  const seller = readSeller(config);
  const db = await openDatabase({ url: config.DATABASE_URL, entities: ENTITIES, isKeyed: true });
  const redis = openRedis(config.REDIS_URL, 'produce');
  const connection = openRedis(config.REDIS_URL, 'consume');
  const queues = openQueues(JOBS, redis);
  const vault = openVault({ dataKeys: config.DATA_KEYS, secret: config.APP_SECRET });
  const reads = openReads(config, { db, vault });
  const deps = {
    db,
    queues,
    versions: reads.versions,
    popularity: reads.layers.popularity,
    warm: reads.pages.warm,
    provider: provider(config),
    mailer: mailer(config),
    sender: httpSender({ onlyPublic: config.NODE_ENV === 'production' }),
    vault,
    secret: config.APP_SECRET,
    storeUrl: config.STORE_URL,
    wake: (hint: Parameters<typeof publishHint>[1]) => publishHint(redis, hint),
    checkoutTtlMs: config.CHECKOUT_TTL_SECONDS * 1_000,
    seller,
    sellerState: config.SELLER_STATE,
    pricesIncludeTax: config.PRICES_INCLUDE_TAX,
  };
  const concurrency = config.WORKER_CONCURRENCY;
  let giveUp: (reason: string) => void = () => undefined;
  const stopWorkers = startWorkers(deps, { connection, concurrency, giveUp: (reason) => giveUp(reason) });
  observe('worker ready', { concurrency });
  const stopMetrics = await metrics(config, shopMeter(deps));
  giveUp = stopOnSignal([
    stopMetrics,
    stopWorkers,
    queues.close,
    reads.close,
    async () => connection.disconnect(),
    async () => redis.disconnect(),
    () => db.orm.close(),
  ]);
}

/** What is kept of what shop fronts read, and how every process hears that it has changed. */
function openReads(
  { CACHE_REDIS_URL: ownUrl, REDIS_URL: url }: Config<'web'> | Config<'worker'>,
  { db, vault }: { db: Database; vault: Vault },
) {
  const redis = openRedis(ownUrl ?? url, 'produce');
  const subscriber = openRedis(ownUrl ?? url, 'consume');
  const versions = openVersions(redis, subscriber, STORE);
  const layers = openLayeredCache({ redis, versions, store: STORE });
  const pages = openPages({ db, vault, cache: layers, currency: CURRENCY });
  const close = async () => {
    subscriber.disconnect();
    redis.disconnect();
  };
  return { redis, versions, layers, pages, close };
}

async function simulator(): Promise<void> {
  const config = readConfig('simulator');
  begin(config);
  const running = await startSimulator({
    host: config.HOST,
    port: config.PORT,
    secretKey: config.STRIPE_SECRET_KEY,
    webhookSecret: config.STRIPE_WEBHOOK_SECRET,
    webhookUrl: config.SIMULATOR_WEBHOOK_URL,
    // As the endpoint at Stripe is to be set up: we know what we open ourselves.
    unsubscribed: ['payment_intent.created'],
    ...(config.SIMULATOR_JOURNAL && { journal: config.SIMULATOR_JOURNAL }),
    log: observe,
  });
  observe('simulator ready', { url: running.url });
  stopOnSignal([running.close]);
}

async function migrateOnce(): Promise<void> {
  const config = readConfig('database');
  begin(config);
  const db = await openDatabase({ url: config.DATABASE_URL, entities: ENTITIES, migrations: MIGRATIONS });
  await migrate(db);
  observe('schema ready', { migrations: MIGRATIONS.length });
  await db.orm.close();
}

const metrics = async ({ METRICS_ADDRESS: address }: Config<'worker'> | Config<'web'>, meter?: Meter) =>
  address ? await serveMetrics(address, meter) : async () => undefined;

/** What every process does with its settings before anything else. */
function begin(config: Pick<Config<'worker'>, 'LOG_LEVEL'> & Partial<Pick<Config<'worker'>, 'FAILPOINT_FILE'>>): void {
  logger.level = config.LOG_LEVEL;
  armFailpoints(name, config.FAILPOINT_FILE);
}

/** @throws ConfigError when an invoice could not name the seller. */
function readSeller(config: Config<'worker'>): Seller {
  const { SELLER_NAME: name, SELLER_ADDRESS: address, SELLER_GSTIN: gstin, SELLER_STATE: state } = config;
  const settings = { name, address, gstin, state };
  const problems = sellerProblems(settings);
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return sellerOf(settings);
}

const provider = (config: Config<'audit'>) =>
  stripeProvider({
    secretKey: config.STRIPE_SECRET_KEY,
    webhookSecret: config.STRIPE_WEBHOOK_SECRET,
    ...(config.STRIPE_API_URL && { apiUrl: config.STRIPE_API_URL }),
  });

function mailer({ SMTP_URL: url, MAIL_FROM: from, MAIL_FOLDER: folder, NODE_ENV }: Config<'worker'>): Mailer {
  return url ? smtpMailer({ url, from, mustEncrypt: NODE_ENV === 'production' }) : folderMailer({ folder, from });
}

const name = process.argv[2] ?? '';
const start = PROCESSES[name];
if (!start) {
  console.error(`usage: node src/main.ts ${Object.keys(PROCESSES).join('|')}; there is no process "${name}"`);
  process.exit(2);
}
start().catch((error) => {
  if (error instanceof ConfigError) console.error(error.message);
  else observe('process.start.failed', { process: name, ...errorFields(error) });
  process.exit(1);
});
