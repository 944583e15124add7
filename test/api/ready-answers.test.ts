import { expect } from 'chai';
import { GUEST } from '../../src/api/auth/principal.ts';
import { openLimits, type RateLimits } from '../../src/api/http/limits/rate-limits.ts';
import { openCachedResponses } from '../../src/api/store/cached-responses/cached-responses.ts';
import { bundleRoutes } from '../../src/api/store/catalogue/bundles.ts';
import { productRoutes } from '../../src/api/store/catalogue/products.ts';
import { openVault } from '../../src/entities/account/privacy/vault.ts';
import { openLayeredCache } from '../../src/infra/cache/layered-cache.ts';
import { openVersions, type Versions } from '../../src/infra/cache/versions.ts';
import { newId } from '../../src/infra/ids.ts';
import type { RedisClient } from '../../src/infra/redis/connections.ts';
import { openRedis } from '../../src/infra/redis/redis.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { stockCatalogue } from './catalogue.ts';
import { openShop, type Shop } from './sample-shop.ts';

const PRODUCTS = '/api/v1/store/products';
const PRODUCT = `${PRODUCTS}/straight-kurta`;
const LISTS = [PRODUCTS, `${PRODUCTS}?q=kurta&sort=price`, '/api/v1/store/bundles'];
const READS = 1_000;
const ORIGIN = 'https://shop.example.com';

describe('an answer that lies in memory', () => {
  let fresh: FreshDatabase;
  let connections: RedisClient[];
  let versions: Versions;
  let shop: Shop;
  /** Requests that came to a route. */
  let routed = 0;

  before(async () => {
    fresh = await freshDatabase();
    await stockCatalogue(fresh.db, [{ title: 'Straight Kurta', variants: [['M', 'Indigo', 899, 7]] }]);
    const store = newId();
    const url = process.env.TEST_REDIS_URL ?? '';
    const [redis, subscriber] = [openRedis(url, 'produce'), openRedis(url, 'subscribe')];
    connections = [redis, subscriber];
    versions = openVersions(redis, subscriber, store);
    await waitFor('versions are known', async () => (await versions.of([])) !== undefined);
    const vault = openVault({ dataKeys: `k1:${Buffer.alloc(32).toString('base64')}`, secret: 'x'.repeat(32) });
    const cachedResponses = openCachedResponses({
      db: fresh.db,
      vault,
      cache: openLayeredCache({ redis, versions, store }),
      currency: 'INR',
    });
    const limits: RateLimits = openLimits(redis, { read: READS, write: 10, 'sign-in': 10, guesses: 5 });
    await limits.read.forget('address 127.0.0.1');
    const authenticate = async () => {
      routed += 1;
      return GUEST;
    };
    shop = await openShop([...productRoutes({ cachedResponses }), ...bundleRoutes({ cachedResponses })], {
      authenticate,
      limits,
      readyAnswer: cachedResponses.ready.find,
      securityHeaders: { corsOrigins: [ORIGIN], isHttpsOnly: true },
    });
  });
  after(async () => {
    await shop?.close();
    for (const connection of connections) connection.disconnect();
    await fresh?.close();
  });

  const read = (headers: Record<string, string> = {}, path = PRODUCT) => fetch(shop.url + path, { headers });
  const remaining = (answer: Response) => Number(/r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1]);
  /** @returns whether a route was asked */
  const isRouted = async (headers: Record<string, string> = {}, path = PRODUCT): Promise<boolean> => {
    const before = routed;
    await (await read(headers, path)).arrayBuffer();
    return routed > before;
  };
  /** Reads until the answer lies in memory. A page of a product lives for a second. */
  const warm = (path = PRODUCT) =>
    waitFor(`${path} is answered from memory`, async () => !(await isRouted({}, path)), 5_000);
  /** All headers, with a placeholder for what differs from request to request. */
  const headersOf = (answer: Response) =>
    [...answer.headers].map(([name, value]) => [
      name,
      /^(date|x-request-id|x-trace-id)$/.test(name) ? 'its own' : value.replace(/;[rt]=\d+/g, ''),
    ]);

  /** Callers with credentials are answered by the route. */
  const readByRoute = (headers: Record<string, string>, path: string) => read({ 'x-api-key': 'x', ...headers }, path);
  const readFromMemory = (headers: Record<string, string>, path: string) =>
    waitFor(`${path} is answered from memory`, async () => {
      const before = routed;
      const answer = await read(headers, path);
      return routed === before ? answer : undefined;
    });

  it('is the answer of its route, with the same headers', async () => {
    for (const path of [PRODUCT, ...LISTS]) {
      const known = (await read({}, path)).headers.get('etag') ?? '';
      const origins = [ORIGIN, 'https://other.example.com'].map((origin) => ({ origin }));
      const requests: Record<string, string>[] = [{}, ...origins, { 'if-none-match': known }];
      for (const headers of requests) {
        const byRoute = await readByRoute(headers, path);
        const fromMemory = await readFromMemory(headers, path);
        expect(fromMemory.status).to.equal(byRoute.status);
        expect(headersOf(fromMemory), `${path} ${JSON.stringify(headers)}`).to.deep.equal(headersOf(byRoute));
        expect(await fromMemory.text()).to.equal(await byRoute.text());
      }
    }
  });

  it('is counted, named and logged as every request, and not sent to a client who has it', async () => {
    await warm();
    const first = await read({ 'x-request-id': 'mine' });
    const tag = first.headers.get('etag') ?? '';
    const second = await read({ 'if-none-match': tag });
    expect(first.headers.get('x-request-id')).to.equal('mine');
    expect(second.status).to.equal(304);
    expect(remaining(second)).to.equal(remaining(first) - 1);
    const { fields } = shop.facts.filter(({ name }) => name === 'http.request').at(-1) ?? {};
    expect(fields).to.include({ route: '/api/v1/store/products/{idOrSlug}', status: 304, method: 'GET' });
  });

  it('is only for who is not signed in, and for the whole page', async () => {
    await warm();
    expect(await isRouted({ authorization: 'Bearer x' }), 'with a token').to.equal(true);
    expect(await isRouted({ 'x-api-key': 'x' }), 'with a key').to.equal(true);
    for (const path of [`${PRODUCT}?a=1`, `${PRODUCT}x`])
      for (const _ of [1, 2]) expect(await isRouted({}, path), 'refused').to.equal(true);
  });

  it('goes to its route again when the product was changed', async () => {
    await warm();
    await fresh.db.query(`update products set title = 'Changed'`);
    await versions.raise(['catalogue', ...(await productNames())]);
    const answer = await read();
    expect(((await answer.json()) as { title: string }).title).to.equal('Changed');
  });

  it('is refused to a caller who asks too often', async () => {
    await warm();
    let status = 0;
    for (let n = 0; n <= READS && status !== 429; n++) {
      const answer = await read();
      status = answer.status;
      await answer.arrayBuffer();
    }
    expect(status).to.equal(429);
  });

  const productNames = async () =>
    (await fresh.db.query<{ id: string }>(`select id from products`)).map(({ id }) => `product:${id}`);
});
