import { openCachedResponses } from '../api/store/cached-responses/cached-responses.ts';
import type { Vault } from '../entities/account/privacy/vault.ts';
import { openLayeredCache } from '../infra/cache/layered-cache.ts';
import { openVersions } from '../infra/cache/versions.ts';
import type { Config } from '../infra/config.ts';
import type { Database } from '../infra/database/database.ts';
import { openRedis } from '../infra/redis/redis.ts';

/** Keys of caches begin with it. */
export const STORE = 'vcecom';
/** ISO 4217. */
export const CURRENCY = 'INR';

/** What is kept of what shop fronts read, and how every process hears that it has changed. */
export function openReads(
  { CACHE_REDIS_URL: ownUrl, REDIS_URL: url }: Config<'web'> | Config<'worker'>,
  { db, vault }: { db: Database; vault: Vault },
) {
  const redis = openRedis(ownUrl ?? url, 'read');
  const subscriber = openRedis(ownUrl ?? url, 'subscribe');
  const versions = openVersions(redis, subscriber, STORE);
  const layers = openLayeredCache({ redis, versions, store: STORE });
  const pages = openCachedResponses({ db, vault, cache: layers, currency: CURRENCY });
  const close = async () => {
    subscriber.disconnect();
    redis.disconnect();
  };
  return { redis, versions, layers, pages, close };
}
