import { readSigningKeys } from '../api/auth/access-token.ts';
import { openLimits } from '../api/http/limits/rate-limits.ts';
import { startServer, stopServer } from '../api/server.ts';
import { openVault } from '../entities/account/privacy/vault.ts';
import { holdOffers } from '../entities/pricing/offers.ts';
import { ENTITIES } from '../entities/schema.ts';
import { openCache } from '../infra/cache/redis-cache.ts';
import { type Config, readConfig } from '../infra/config.ts';
import { openDatabase } from '../infra/database/database.ts';
import { observe } from '../infra/observability/log.ts';
import { subscribeToChanges } from '../infra/queue/change-notifications.ts';
import { openQueues } from '../infra/queue/queue.ts';
import { openRedis } from '../infra/redis/redis.ts';
import { stopOnSignal } from '../infra/shutdown.ts';
import { JOBS } from '../jobs/schedule.ts';
import { replayHistory } from '../workers/maintenance/replay.ts';
import { begin, connectionsOf, metrics } from './begin.ts';
import { provider } from './provider.ts';
import { CURRENCY, openReads, STORE } from './reads.ts';

/** No statement of a request takes PostgreSQL so long, in milliseconds, the longest wait for a lock included. */
const SILENCE_MS = 20_000;

/** The doors in. */
export async function web(): Promise<void> {
  const config = readConfig('web');
  begin('web', config);
  const db = await openDatabase({ ...connectionsOf(config), entities: ENTITIES, silenceMs: SILENCE_MS });
  const redis = openRedis(config.REDIS_URL, 'produce');
  const subscriber = openRedis(config.REDIS_URL, 'subscribe');
  const queues = openQueues(JOBS, redis);
  const stopping = new AbortController();
  const vault = openVault({ dataKeys: config.DATA_KEYS, secret: config.APP_SECRET });
  const reads = openReads(config, { db, vault });
  const deps = {
    db,
    queues,
    notifications: subscribeToChanges(subscriber),
    cache: openCache(reads.redis, STORE),
    layers: reads.layers,
    pages: reads.pages,
    versions: reads.versions,
    secret: config.APP_SECRET,
    vault,
    signingKeys: readSigningKeys(config.ACCESS_TOKEN_KEYS),
    limits: openLimits(redis, config.RATE_LIMITS),
    ...{ offers: holdOffers(), orderLimits: config.ORDER_LIMITS },
    holdLimits: config.HOLD_LIMITS,
    admitsDevelopmentAccounts: config.NODE_ENV !== 'production',
    currency: CURRENCY,
    sellerState: config.SELLER_STATE,
    pricesIncludeTax: config.PRICES_INCLUDE_TAX,
    shippingTax: config.SHIPPING_TAX,
    replay: (id: string, to?: number) => replayHistory(db.query, id, to),
    stopping: stopping.signal,
  };
  const stopMetrics = await metrics(config, [db.gauges]);
  let giveUp: (reason: string) => void = () => undefined;
  const end = (reason: string) => giveUp(reason);
  const server = await startServer(deps, { ...settingsOf(config), redis, provider: provider(config), giveUp: end });
  observe('web ready', { address: server.address() });
  const drainMs = config.DRAIN_SECONDS * 1_000;
  const steps = [
    async () => stopping.abort(),
    () => stopServer(server, drainMs),
    stopMetrics,
    queues.close,
    async () => subscriber.disconnect(),
    reads.close,
    async () => redis.disconnect(),
    () => db.close(),
  ];
  giveUp = stopOnSignal(steps, drainMs);
}

function settingsOf(config: Config<'web'>) {
  const { HOST: host, PORT: port, CORS_ORIGINS: corsOrigins, TRUST_PROXY: proxies } = config;
  return { host, port, proxies, securityHeaders: { corsOrigins, isHttpsOnly: config.NODE_ENV === 'production' } };
}
