import { customerPrincipal, GUEST } from '../../src/api/auth/principal.ts';
import { openLimits } from '../../src/api/http/limits/rate-limits.ts';
import { openCachedResponses } from '../../src/api/store/cached-responses/cached-responses.ts';
import { bundleRoutes } from '../../src/api/store/catalogue/bundles.ts';
import { productRoutes } from '../../src/api/store/catalogue/products.ts';
import { openVault } from '../../src/entities/account/privacy/vault.ts';
import { openLayeredCache } from '../../src/infra/cache/layered-cache.ts';
import { openVersions, type Versions } from '../../src/infra/cache/versions.ts';
import { newId } from '../../src/infra/ids.ts';
import { openRedis } from '../../src/infra/redis/redis.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { stockCatalogue } from './catalogue.ts';
import { openShop, type Shop } from './sample-shop.ts';

export const ORIGIN = 'https://shop.example.com';

/** A server of the catalogue that keeps answers, with one product: Straight Kurta at ₹899. */
export interface ReadyShop extends Pick<Shop, 'facts'> {
  db: FreshDatabase['db'];
  versions: Versions;
  read(headers?: Record<string, string>, path?: string): Promise<Response>;
  /** The answer, and whether a route was asked for it. `path`: default is the page of the product. */
  ask(request: { path?: string; headers?: Record<string, string>; method?: string }): Promise<{
    answer: Response;
    isRouted: boolean;
  }>;
  /** Asks until the answer comes from memory. A page of a product lives for a second. */
  fromMemory(path?: string, headers?: Record<string, string>): Promise<Response>;
  /** Breaks the connections to Redis, which come back by themselves. */
  loseRedis(): Promise<void>;
  close(): Promise<void>;
}

export const PRODUCTS = '/api/v1/store/products';
export const PRODUCT = `${PRODUCTS}/straight-kurta`;

/** Opens the shop. `reads`: the requests of a guest per minute. A token is the id of a customer. */
export async function openReadyShop(reads: number): Promise<ReadyShop> {
  const fresh = await freshDatabase();
  await stockCatalogue(fresh.db, [{ title: 'Straight Kurta', variants: [['M', 'Indigo', 899, 7]] }]);
  const [store, url] = [newId(), process.env.TEST_REDIS_URL ?? ''];
  const [redis, subscriber] = [openRedis(url, 'produce'), openRedis(url, 'subscribe')];
  const versions = openVersions(redis, subscriber, store);
  await waitFor('versions are known', async () => (await versions.of([])) !== undefined);
  const vault = openVault({ dataKeys: `k1:${Buffer.alloc(32).toString('base64')}`, secret: 'x'.repeat(32) });
  const cache = openLayeredCache({ redis, versions, store });
  const cachedResponses = openCachedResponses({ db: fresh.db, vault, cache, currency: 'INR' });
  const limits = openLimits(redis, { read: reads, write: 10, 'sign-in': 10, guesses: 5 });
  await limits.read.forget('address 127.0.0.1');
  let routed = 0;
  const shop = await openShop([...productRoutes({ cachedResponses }), ...bundleRoutes({ cachedResponses })], {
    async authenticate({ request }) {
      routed += 1;
      const [, accountId] = /^Bearer (.{36})$/.exec(request.headers.authorization ?? '') ?? [];
      return accountId === undefined ? GUEST : customerPrincipal(accountId, newId());
    },
    limits,
    readyAnswer: cachedResponses.ready.find,
    securityHeaders: { corsOrigins: [ORIGIN], isHttpsOnly: true },
  });
  const ask: ReadyShop['ask'] = async ({ path = PRODUCT, ...request }) => {
    const before = routed;
    const answer = await fetch(shop.url + path, request);
    return { answer, isRouted: routed > before };
  };
  return {
    facts: shop.facts,
    db: fresh.db,
    versions,
    ask,
    read: (headers = {}, path = PRODUCT) => fetch(shop.url + path, { headers }),
    fromMemory: (path = PRODUCT, headers = {}) =>
      waitFor(`${path} is answered from memory`, async () => {
        const { answer, isRouted } = await ask({ path, headers });
        if (!isRouted) return answer;
        await answer.arrayBuffer();
        return undefined;
      }),
    async loseRedis() {
      const closed = [redis, subscriber].map((one) => new Promise((resolve) => one.once('close', resolve)));
      for (const one of [redis, subscriber]) one.disconnect(true);
      await Promise.all(closed);
    },
    async close() {
      await shop.close();
      for (const one of [redis, subscriber]) one.disconnect();
      await fresh.close();
    },
  };
}

/** All headers, with a placeholder for what differs from request to request. */
export const headersOf = (answer: Response): string[][] =>
  [...answer.headers].map(([name, value]) => [
    name,
    /^(date|x-request-id|x-trace-id)$/.test(name) ? 'its own' : value.replace(/;[rt]=\d+/g, ''),
  ]);
