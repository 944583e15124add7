import { expect } from 'chai';
import { newId } from '../../src/infra/ids.ts';
import { putBundle, putPriceList } from '../support/offers.ts';
import { waitFor } from '../support/wait-for.ts';
import { headersOf, openReadyShop, PRODUCT, PRODUCTS, type ReadyShop } from './ready-shop.ts';

const BUNDLES = '/api/v1/store/bundles';
const LISTS = [PRODUCTS, `${PRODUCTS}?q=kurta&sort=price`, BUNDLES];
const BASE_PRICE = 899_00;

describe('an answer that lies in memory, when something changes', () => {
  let shop: ReadyShop;
  let variantId: string;
  let bundle: string;

  before(async () => {
    shop = await openReadyShop(1_000_000);
    const [variant] = await shop.db.query<{ id: string }>(`select id from variants`);
    variantId = variant?.id ?? '';
    const pricing = { kind: 'sum' as const };
    const { id } = await putBundle(shop.db.query, { pricing, sets: [{ min: 1, max: 1, items: [{ variantId }] }] });
    bundle = `${BUNDLES}/${id}`;
  });
  after(() => shop?.close());

  const priceOf = (text: string): number =>
    (JSON.parse(text) as { variants: { price: number }[] }).variants[0]?.price ?? 0;
  const raiseOffers = () => shop.versions.raise(['offers', 'price-lists']);
  const title = async (name: string) => {
    await shop.db.query(`update products set title = $1`, [`${name} kurta`]);
    await shop.db.query(`update bundles set title = $1`, [`${name} kurta`]);
  };
  const titlesIn = async (answer: Response) => (await answer.text()).match(/"title":"\w+ kurta"/g) ?? [];

  it('has the price of a list from the instant in which it begins to that in which it ends', async () => {
    const [startsAt, endsAt] = [Date.now() + 700, Date.now() + 1_500];
    const window = { startsAt: new Date(startsAt).toISOString(), endsAt: new Date(endsAt).toISOString() };
    const id = await putPriceList(shop.db.query, { ...window, prices: [[variantId, 700_00]] });
    await raiseOffers();
    const seen = new Set<string>();
    for (let before = 0; before < endsAt; ) {
      before = Date.now();
      const { answer, isRouted } = await shop.ask({});
      const price = priceOf(await answer.text());
      const after = Date.now();
      const phase = [before, after].map((at) => (at < startsAt ? 'before' : at < endsAt ? 'during' : 'after'));
      if (phase[0] !== phase[1]) continue;
      expect(price, phase[0]).to.equal(phase[0] === 'during' ? 700_00 : BASE_PRICE);
      seen.add(`${phase[0]} by ${isRouted ? 'a route' : 'memory'}`);
    }
    expect([...seen]).to.include.members(['before by memory', 'during by memory']);
    expect(priceOf(await (await shop.fromMemory()).text()), 'after').to.equal(BASE_PRICE);
    await shop.db.query(`update price_lists set status = 'archived' where id = $1`, [id]);
    await raiseOffers();
  });

  it('is made anew when a list or a bundle is invalidated', async () => {
    for (const path of [...LISTS, bundle]) {
      await title('Former');
      await shop.versions.raise(['catalogue', 'bundles']);
      expect(new Set(await titlesIn(await shop.fromMemory(path))), path).to.deep.equal(
        new Set(['"title":"Former kurta"']),
      );
      await title('Newer');
      await shop.versions.raise(['catalogue', 'bundles']);
      const { answer } = await shop.ask({ path });
      expect(new Set(await titlesIn(answer)), path).to.deep.equal(new Set(['"title":"Newer kurta"']));
    }
  });

  it('is not sent after Redis was lost, when it may have missed a change', async () => {
    await shop.fromMemory();
    await title('Missed');
    await shop.loseRedis();
    const { answer, isRouted } = await shop.ask({});
    expect(isRouted).to.equal(true);
    expect(await titlesIn(answer)).to.deep.equal(['"title":"Missed kurta"']);
    await waitFor('Redis is back', async () => (await shop.versions.of([])) !== undefined);
    expect(await titlesIn(await shop.fromMemory())).to.deep.equal(['"title":"Missed kurta"']);
  });

  it('is for guests: a customer gets the prices of the own group, before and after a guest asked', async () => {
    const [accountId, groupId] = [newId(), newId()];
    await shop.db.query(
      `insert into accounts (id, kind, status, email, email_index, name, created_at, updated_at)
        values ($1, 'customer', 'active', 'x', $2, 'x', now(), now())`,
      [accountId, newId()],
    );
    await shop.db.query(`insert into customer_groups values ($1, 'Trade', 1, now(), now())`, [groupId]);
    await shop.db.query(`insert into customer_group_members values ($1, $2, now())`, [accountId, groupId]);
    await putPriceList(shop.db.query, { groupIds: [groupId], prices: [[variantId, 500_00]] });
    await raiseOffers();
    const headers = { authorization: `Bearer ${accountId}` };
    for (const path of [PRODUCT, `${PRODUCTS}?limit=7`]) {
      const price = async (answer: Response) => Number(/"price":(\d+)/.exec(await answer.text())?.[1]);
      for (const who of ['first', 'after a guest', 'again']) {
        const { answer, isRouted } = await shop.ask({ path, headers });
        expect(isRouted, `${path} ${who}`).to.equal(true);
        expect(answer.headers.get('cache-control')).to.equal('private, no-cache');
        expect(await price(answer), `${path} ${who}`).to.equal(500_00);
        const kept = await shop.fromMemory(path);
        expect(kept.headers.get('cache-control')).to.match(/^public/);
        expect(await price(kept), `${path} for a guest`).to.equal(BASE_PRICE);
      }
    }
  });

  /** Without the headers of the connection, and the length, which HEAD may leave out. */
  const contentHeadersOf = (answer: Response) =>
    headersOf(answer).filter(([name = '']) => !/^(connection|keep-alive|content-length)$/.test(name));

  it('has a route answer HEAD, with the same headers and no body', async () => {
    for (const path of [PRODUCT, ...LISTS]) {
      const kept = await shop.fromMemory(path);
      const { answer, isRouted } = await shop.ask({ path, method: 'HEAD' });
      expect(isRouted).to.equal(true);
      expect(answer.status).to.equal(200);
      expect(contentHeadersOf(answer), path).to.deep.equal(contentHeadersOf(kept));
      expect(await answer.text()).to.equal('');
    }
  });

  it('is compared with every form of If-None-Match, also after a change', async () => {
    for (const path of [PRODUCT, ...LISTS]) {
      const etag = (await shop.fromMemory(path)).headers.get('etag') ?? '';
      const weak = etag.startsWith('W/') ? etag : `W/${etag}`;
      for (const [tags, status] of [
        [etag, 304],
        [weak, 304],
        [`"other", ${etag}`, 304],
        ['*', 304],
        ['"other"', 200],
        ['', 200],
      ] as const) {
        const answer = await shop.fromMemory(path, { 'if-none-match': tags });
        expect(answer.status, `${path} ${tags}`).to.equal(status);
        expect(answer.headers.get('etag'), `${path} ${tags}`).to.equal(etag);
        expect((await answer.text()) === '', `${path} ${tags}`).to.equal(status === 304);
      }
      await title(`After${newId().slice(-12)}`);
      const products = await shop.db.query<{ id: string }>(`select id from products`);
      await shop.versions.raise(['catalogue', 'bundles', ...products.map(({ id }) => `product:${id}`)]);
      const { answer } = await shop.ask({ path, headers: { 'if-none-match': etag } });
      expect(answer.status, path).to.equal(200);
      expect(answer.headers.get('etag'), path).not.to.equal(etag);
    }
  });
});
