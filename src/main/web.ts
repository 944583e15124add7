import { readSigningKeys } from '../api/auth/access-token.ts';
import { openLimits } from '../api/limits.ts';
import { startServer, stopServer } from '../api/server.ts';
import { openVault } from '../entities/people/vault.ts';
import { ENTITIES } from '../entities/schema.ts';
import { openCache } from '../infra/cache.ts';
import { readConfig } from '../infra/config.ts';
import { openDatabase } from '../infra/database.ts';
import { subscribeHints } from '../infra/hints.ts';
import { observe } from '../infra/log.ts';
import { openQueues } from '../infra/queue.ts';
import { openRedis } from '../infra/redis.ts';
import { stopOnSignal } from '../infra/shutdown.ts';
import { JOBS } from '../jobs/schedule.ts';
import { replayHistory } from '../workers/replay.ts';
import { begin, metrics } from './begin.ts';
import { provider } from './provider.ts';
import { CURRENCY, openReads, STORE } from './reads.ts';

/** The doors in. */
export async function web(): Promise<void> {
  const config = readConfig('web');
  begin('web', config);
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
