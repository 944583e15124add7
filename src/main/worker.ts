import { openVault } from '../entities/account/privacy/vault.ts';
import { createOffersCache } from '../entities/pricing/offers.ts';
import { ENTITIES, MIGRATIONS } from '../entities/schema.ts';
import { cacheGauges } from '../infra/cache/read-counts.ts';
import { type Config, readConfig } from '../infra/config.ts';
import { checkServer } from '../infra/database/connections/server-check.ts';
import { openDatabase } from '../infra/database/database.ts';
import { observe } from '../infra/observability/log.ts';
import { cachedGauges } from '../infra/observability/metrics.ts';
import { startTracing } from '../infra/observability/tracing.ts';
import { notifyOfChange } from '../infra/queue/change-notifications.ts';
import { openQueues } from '../infra/queue/queue.ts';
import { openReadiness } from '../infra/readiness.ts';
import { redisGauges } from '../infra/redis/connections.ts';
import { openBlockingRedis } from '../infra/redis/redis.ts';
import { stopOnSignal } from '../infra/shutdown.ts';
import { JOBS } from '../jobs/schedule.ts';
import { folderMailer } from '../ports/mail/folder.ts';
import type { Mailer } from '../ports/mail/port.ts';
import { smtpMailer } from '../ports/mail/smtp.ts';
import { httpSender } from '../ports/webhooks/http.ts';
import type { WorkerDeps } from '../workers/deps.ts';
import { openJudge } from '../workers/reviews/judge.ts';
import { workerGauges } from '../workers/runtime/gauges.ts';
import { startWorkers } from '../workers/runtime/start.ts';
import { databaseOptions, openRedisPair, prepareProcess, startMetrics } from './prepare-process.ts';
import { createProvider } from './provider.ts';
import { openReadCaches } from './read-caches.ts';
import { readSeller } from './seller.ts';

/** The longest silence of PostgreSQL, in milliseconds: queries of jobs may take longer than those of requests. */
const SILENCE_MS = 120_000;
/** How long a reading of the gauges is used for other scrapes, in milliseconds. */
const GAUGES_MS = 5_000;

/** Starts the worker, which runs the jobs. */
export async function worker(): Promise<void> {
  const config = readConfig('worker');
  prepareProcess('worker', config);
  const stopTracing = await startTracing('worker', config);
  const seller = readSeller(config);
  const db = await openDatabase({ ...databaseOptions(config), entities: ENTITIES, silenceMs: SILENCE_MS });
  await checkServer(db.query, config.DATABASE_CONNECTIONS);
  const [redis, connection] = await openRedisPair(config, 'consume');
  const queues = openQueues(JOBS, redis);
  const vault = openVault({ dataKeys: config.DATA_KEYS, secret: config.APP_SECRET });
  const readCaches = openReadCaches(config, { db, vault });
  const deps = {
    db,
    queues,
    versions: readCaches.versions,
    popularity: readCaches.layers.popularity,
    warm: readCaches.cachedResponses.warm,
    provider: createProvider(config),
    ...mailOptions(config),
    judge: openJudge(),
    sender: httpSender({ onlyPublic: config.NODE_ENV === 'production' }),
    vault,
    secret: config.APP_SECRET,
    wake: (change: Parameters<typeof notifyOfChange>[1]) => notifyOfChange(redis, change),
    holdMs: holdMsOf(config),
    offers: createOffersCache(),
    orderLimits: config.ORDER_LIMITS,
    seller,
    sellerState: config.SELLER_STATE,
    ...{ pricesIncludeTax: config.PRICES_INCLUDE_TAX, shippingTax: config.SHIPPING_TAX },
  };
  const metrics = await serveMetrics(config, deps);
  const { WORKER_CONCURRENCY: concurrency, REDIS_URL: url, REDIS_CA: ca } = config;
  const consumer = { connection, concurrency, openBlocking: () => openBlockingRedis(url, ca) };
  let giveUp: (reason: string) => void = () => undefined;
  const stopWorkers = startWorkers(deps, { ...consumer, giveUp: (reason) => giveUp(reason) });
  observe('worker.ready', { concurrency });
  giveUp = stopOnSignal([
    metrics.markStopping,
    stopWorkers,
    metrics.stop,
    deps.judge.close,
    queues.close,
    readCaches.close,
    async () => connection.disconnect(),
    async () => redis.disconnect(),
    () => db.close(),
    stopTracing,
  ]);
}

const holdMsOf = ({ CHECKOUT_TTL_SECONDS: full, UNPAID_HOLD_SECONDS: unpaid }: Config<'worker'>) => ({
  withMethod: full * 1_000,
  withoutMethod: Math.min(unpaid, full) * 1_000,
});

/** Serves metrics and health at METRICS_ADDRESS, if it is set. */
async function serveMetrics(config: Config<'worker'>, { db, queues }: Pick<WorkerDeps, 'db' | 'queues'>) {
  let isStopping = false;
  const migrations = MIGRATIONS.map(({ name }) => name);
  const stop = await startMetrics(config, {
    gaugeSets: [db.gauges, redisGauges, cacheGauges, cachedGauges(workerGauges({ db, queues }), GAUGES_MS)],
    readiness: openReadiness({ db, queues, migrations, isServing: () => !isStopping }),
  });
  const markStopping = async () => {
    isStopping = true;
  };
  return { stop, markStopping };
}

const mailOptions = (config: Config<'worker'>) => ({
  mailer: createMailer(config),
  storeUrl: config.STORE_URL,
  opsUrl: config.OPS_URL ?? config.STORE_URL,
  mailsPerDay: config.MAILS_PER_ADDRESS_AND_DAY,
  orderLinkDays: config.ORDER_LINK_DAYS,
});

function createMailer({ SMTP_URL: url, MAIL_FROM: from, MAIL_FOLDER: folder, NODE_ENV }: Config<'worker'>): Mailer {
  return url ? smtpMailer({ url, from, mustEncrypt: NODE_ENV === 'production' }) : folderMailer({ folder, from });
}
