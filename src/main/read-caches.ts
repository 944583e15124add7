import { openCachedResponses } from '../api/store/cached-responses/cached-responses.ts';
import type { Vault } from '../entities/account/privacy/vault.ts';
import { openLayeredCache } from '../infra/cache/layered-cache.ts';
import { openVersions } from '../infra/cache/versions.ts';
import type { Config } from '../infra/config.ts';
import type { Database } from '../infra/database/database.ts';
import { openRedis } from '../infra/redis/redis.ts';

/** The prefix of all cache keys in Redis. */
export const CACHE_PREFIX = 'vcecom';
/** ISO 4217 code of all prices. */
export const CURRENCY = 'INR';

/** Opens the caches of the catalogue reads, and the subscription to their invalidations. */
export function openReadCaches(
  { CACHE_REDIS_URL: cacheUrl, REDIS_URL: url, REDIS_CA: ca }: Config<'web'> | Config<'worker'>,
  { db, vault }: { db: Database; vault: Vault },
) {
  const redis = openRedis(cacheUrl ?? url, 'read', ca);
  const subscriber = openRedis(cacheUrl ?? url, 'subscribe', ca);
  const versions = openVersions(redis, subscriber, CACHE_PREFIX);
  const layers = openLayeredCache({ redis, versions, store: CACHE_PREFIX });
  const cachedResponses = openCachedResponses({ db, vault, cache: layers, currency: CURRENCY });
  const close = async () => {
    subscriber.disconnect();
    redis.disconnect();
  };
  return { redis, versions, layers, cachedResponses, close };
}
