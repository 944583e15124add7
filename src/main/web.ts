import { readSigningKeys } from '../api/auth/access-token.ts';
import { openLimits } from '../api/http/limits/rate-limits.ts';
import { startServer, stopServer } from '../api/server.ts';
import { openVault } from '../entities/account/privacy/vault.ts';
import { createOffersCache } from '../entities/pricing/offers.ts';
import { ENTITIES } from '../entities/schema.ts';
import { cacheGauges } from '../infra/cache/read-counts.ts';
import { openCache } from '../infra/cache/redis-cache.ts';
import { type Config, readConfig } from '../infra/config.ts';
import { checkServer } from '../infra/database/connections/server-check.ts';
import { type Database, openDatabase, SEARCH_CONNECTIONS } from '../infra/database/database.ts';
import { observe } from '../infra/observability/log.ts';
import { startTracing } from '../infra/observability/tracing.ts';
import { subscribeToChanges } from '../infra/queue/change-notifications.ts';
import { openQueues } from '../infra/queue/queue.ts';
import { redisGauges } from '../infra/redis/connections.ts';
import { stopOnSignal } from '../infra/shutdown.ts';
import { JOBS } from '../jobs/schedule.ts';
import { databaseOptions, openRedisPair, prepareProcess, startMetrics } from './prepare-process.ts';
import { createProvider } from './provider.ts';
import { CACHE_PREFIX, CURRENCY, openReadCaches } from './read-caches.ts';
import { replayHistory } from './replay.ts';

/** The longest silence of PostgreSQL, in milliseconds: above any statement and lock wait of a request. */
const SILENCE_MS = 20_000;

/** Starts the API server. */
export async function web(): Promise<void> {
  const config = readConfig('web');
  prepareProcess('web', config);
  const stopTracing = await startTracing('web', config);
  const db = await openShopDatabase(config);
  const [redis, subscriber] = await openRedisPair(config, 'subscribe');
  const queues = openQueues(JOBS, redis);
  const stopping = new AbortController();
  const vault = openVault({ dataKeys: config.DATA_KEYS, secret: config.APP_SECRET });
  const readCaches = openReadCaches(config, { db, vault });
  const deps = {
    db,
    queues,
    notifications: subscribeToChanges(subscriber),
    cache: openCache(readCaches.redis, CACHE_PREFIX),
    layers: readCaches.layers,
    cachedResponses: readCaches.cachedResponses,
    versions: readCaches.versions,
    secret: config.APP_SECRET,
    vault,
    signingKeys: readSigningKeys(config.ACCESS_TOKEN_KEYS),
    limits: openLimits(redis, config.RATE_LIMITS),
    ...{ offers: createOffersCache(), orderLimits: config.ORDER_LIMITS },
    holdLimits: config.HOLD_LIMITS,
    allowsDevelopmentAccounts: config.NODE_ENV !== 'production',
    currency: CURRENCY,
    sellerState: config.SELLER_STATE,
    ...{ pricesIncludeTax: config.PRICES_INCLUDE_TAX, shippingTax: config.SHIPPING_TAX },
    replay: (id: string, to?: number) => replayHistory(db.query, id, to),
    stopping: stopping.signal,
  };
  const stopMetrics = await startMetrics(config, { gaugeSets: [db.gauges, redisGauges, cacheGauges] });
  let giveUp: (reason: string) => void = () => undefined;
  const server = await startServer(deps, { ...serverOptionsOf(config), giveUp: (reason) => giveUp(reason) });
  observe('web.ready', { address: server.address() });
  const drainMs = config.DRAIN_SECONDS * 1_000;
  const steps = [
    async () => stopping.abort(),
    () => stopServer(server, drainMs),
    stopMetrics,
    queues.close,
    async () => subscriber.disconnect(),
    readCaches.close,
    async () => redis.disconnect(),
    () => db.close(),
    stopTracing,
  ];
  giveUp = stopOnSignal(steps, drainMs);
}

/** @throws ConfigError when the server's certificate is not accepted. */
async function openShopDatabase(config: Config<'web'>): Promise<Database> {
  const options = { ...databaseOptions(config), readUrl: config.DATABASE_READ_URL, silenceMs: SILENCE_MS };
  const db = await openDatabase({ ...options, entities: ENTITIES });
  await checkServer(db.query, config.DATABASE_CONNECTIONS + SEARCH_CONNECTIONS);
  return db;
}

function serverOptionsOf(config: Config<'web'>) {
  const { HOST: host, PORT: port, CORS_ORIGINS: corsOrigins, TRUST_PROXY: proxies } = config;
  const securityHeaders = { corsOrigins, isHttpsOnly: config.NODE_ENV === 'production' };
  return { host, port, proxies, securityHeaders, provider: createProvider(config) };
}
