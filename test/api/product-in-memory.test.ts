import { expect } from 'chai';
import { GUEST } from '../../src/api/auth/principal.ts';
import { openLimits, type RateLimits } from '../../src/api/http/limits/rate-limits.ts';
import { openCachedResponses } from '../../src/api/store/cached-responses/cached-responses.ts';
import { productInMemory } from '../../src/api/store/catalogue/product-in-memory.ts';
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

const SLUG = 'straight-kurta';
const READS = 1_000;

describe('the page of a product in memory', () => {
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
    shop = await openShop(productRoutes({ cachedResponses }), {
      authenticate,
      limits,
      shortcut: productInMemory({ cachedResponses, limits }),
    });
  });
  after(async () => {
    await shop?.close();
    for (const connection of connections) connection.disconnect();
    await fresh?.close();
  });

  const read = (headers: Record<string, string> = {}, name = SLUG) =>
    fetch(`${shop.url}/api/v1/store/products/${name}`, { headers });
  const remaining = (answer: Response) => Number(/r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1]);
  /** @returns whether a route was asked */
  const isRouted = async (headers: Record<string, string> = {}, name = SLUG): Promise<boolean> => {
    const before = routed;
    await read(headers, name);
    return routed > before;
  };
  /** Reads until the page lies in memory. It lives for a second. */
  const warm = () => waitFor('the page is answered from memory', async () => !(await isRouted()), 5_000);

  it('is answered as its route answers it, with the same headers', async () => {
    const byRoute = await read();
    expect(byRoute.status).to.equal(200);
    await warm();
    const fromMemory = await read();
    const headersOf = (answer: Response) =>
      [...answer.headers].filter(([name]) => !/^(date|ratelimit|x-request-id|x-trace-id)$/.test(name));
    expect(headersOf(fromMemory)).to.deep.equal(headersOf(byRoute));
    expect(await fromMemory.text()).to.equal(await byRoute.text());
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
    expect(await isRouted({}, `${SLUG}?a=1`), 'with a query').to.equal(true);
    expect(await isRouted({}, `${SLUG}/`), 'written in another way').to.equal(true);
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
