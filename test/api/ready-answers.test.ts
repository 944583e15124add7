import { expect } from 'chai';
import { headersOf, ORIGIN, openReadyShop, PRODUCT, PRODUCTS, type ReadyShop } from './ready-shop.ts';

const LISTS = [PRODUCTS, `${PRODUCTS}?q=kurta&sort=price`, '/api/v1/store/bundles'];
const READS = 1_000;

describe('an answer that lies in memory', () => {
  let shop: ReadyShop;
  before(async () => {
    shop = await openReadyShop(READS);
  });
  after(() => shop?.close());

  const remaining = (answer: Response) => Number(/r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1]);
  /** @returns whether a route was asked */
  const isRouted = async (headers: Record<string, string> = {}, path = PRODUCT): Promise<boolean> => {
    const asked = await shop.ask({ path, headers });
    await asked.answer.arrayBuffer();
    return asked.isRouted;
  };

  it('is the answer of its route, with the same headers', async () => {
    for (const path of [PRODUCT, ...LISTS]) {
      const known = (await shop.read({}, path)).headers.get('etag') ?? '';
      const origins = [ORIGIN, 'https://other.example.com'].map((origin) => ({ origin }));
      const requests: Record<string, string>[] = [{}, ...origins, { 'if-none-match': known }];
      for (const headers of requests) {
        // A caller with credentials is answered by the route.
        const byRoute = (await shop.ask({ path, headers: { 'x-api-key': 'x', ...headers } })).answer;
        const fromMemory = await shop.fromMemory(path, headers);
        expect(fromMemory.status).to.equal(byRoute.status);
        expect(headersOf(fromMemory), `${path} ${JSON.stringify(headers)}`).to.deep.equal(headersOf(byRoute));
        expect(await fromMemory.text()).to.equal(await byRoute.text());
      }
    }
  });

  it('is counted, named and logged as every request, and not sent to a client who has it', async () => {
    await shop.fromMemory();
    const first = await shop.read({ 'x-request-id': 'mine' });
    const tag = first.headers.get('etag') ?? '';
    const second = await shop.read({ 'if-none-match': tag });
    expect(first.headers.get('x-request-id')).to.equal('mine');
    expect(second.status).to.equal(304);
    expect(remaining(second)).to.equal(remaining(first) - 1);
    const { fields } = shop.facts.filter(({ name }) => name === 'http.request').at(-1) ?? {};
    expect(fields).to.include({ route: '/api/v1/store/products/{idOrSlug}', status: 304, method: 'GET' });
  });

  it('is only for who is not signed in, and for the whole page', async () => {
    await shop.fromMemory();
    expect(await isRouted({ authorization: 'Bearer x' }), 'with a token').to.equal(true);
    expect(await isRouted({ 'x-api-key': 'x' }), 'with a key').to.equal(true);
    for (const path of [`${PRODUCT}?a=1`, `${PRODUCT}x`])
      for (const _ of [1, 2]) expect(await isRouted({}, path), 'refused').to.equal(true);
  });

  it('goes to its route again when the product was changed', async () => {
    await shop.fromMemory();
    await shop.db.query(`update products set title = 'Changed'`);
    await shop.versions.raise(['catalogue', ...(await productNames())]);
    const answer = await shop.read();
    expect(((await answer.json()) as { title: string }).title).to.equal('Changed');
  });

  it('is refused to a caller who asks too often', async () => {
    await shop.fromMemory();
    let status = 0;
    for (let n = 0; n <= READS && status !== 429; n++) {
      const answer = await shop.read();
      status = answer.status;
      await answer.arrayBuffer();
    }
    expect(status).to.equal(429);
  });

  const productNames = async () =>
    (await shop.db.query<{ id: string }>(`select id from products`)).map(({ id }) => `product:${id}`);
});
