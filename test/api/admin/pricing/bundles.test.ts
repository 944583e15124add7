import { expect } from 'chai';
import type { BundleView } from '../../../../src/api/store/catalogue/bundle-view.ts';
import { stockVariant } from '../../../support/books.ts';
import type { Cart } from '../../../support/shop.ts';
import { openPeopleShop, type PeopleShop, type Refused, type Staff } from '../../people-shop.ts';

interface Bundle {
  id: string;
  version: number;
  status: string;
  sets: { id: string; title: string; items: { variantId: string; maxQuantity: number | null; surcharge: number }[] }[];
}

describe('bundles in the admin API and on the storefront', () => {
  let shop: PeopleShop;
  let staff: Staff;
  let tea: string;
  let cup: string;
  let made = 0;
  before(async () => {
    shop = await openPeopleShop();
    staff = await shop.staff('catalogue-manager');
  });
  beforeEach(async () => {
    tea = await stockVariant(shop.db.query, { stock: 10, price: 30_000 });
    cup = await stockVariant(shop.db.query, { stock: 7, price: 10_000 });
  });
  after(() => shop.close());

  const ask = <T = Refused>(method: string, path: string, body?: unknown) =>
    shop.ask<T>(method, `/admin/bundles${path}`, {
      token: staff.accessToken,
      headers: { 'if-match': '*' },
      ...(body !== undefined && { body }),
    });
  const look = <T = BundleView & Refused>(path: string, headers = {}) =>
    shop.ask<T>('GET', `/store/bundles${path}`, { headers });

  /** A tea or two, and up to two cups, at 350 rupees. */
  const hamper = (more: object = {}) => ({
    ...{ slug: `hamper-${++made}`, title: 'Hamper', status: 'active', pricing: { kind: 'fixed', price: 35_000 } },
    sets: [
      { title: 'Tea', minQuantity: 1, maxQuantity: 2, items: [{ variantId: tea, surcharge: 500 }] },
      { title: 'Cups', minQuantity: 0, maxQuantity: 2, items: [{ variantId: cup, maxQuantity: 1 }] },
    ],
    ...more,
  });

  async function make(more: object = {}): Promise<Bundle & { slug: string }> {
    const answer = await ask<Bundle & { slug: string }>('POST', '', hamper(more));
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return answer.body;
  }

  it('show what can be chosen, what it can cost and how many there are', async () => {
    const { id, slug } = await make();
    const { body, headers } = await look(`/${slug}`);
    expect(body).to.include({ id, slug, title: 'Hamper', currency: 'INR', available: 10 });
    expect(body.price).to.deep.equal({ cheapest: 35_500, dearest: 36_000 });
    expect(body.sets.map(({ title, items }) => [title, ...items.map(({ variantId }) => variantId)])).to.deep.equal([
      ['Tea', tea],
      ['Cups', cup],
    ]);
    expect(body.sets[0]?.items[0]).to.include({ price: 30_000, surcharge: 500, maxQuantity: null, available: 10 });
    expect((await look(`/${id}`)).body).to.deep.equal(body);
    const again = await look(`/${slug}`, { 'if-none-match': headers.get('etag') ?? '' });
    expect(again.status).to.equal(304);
    await shop.db.query(`update stock_levels set reserved = 4 where variant_id = $1`, [tea]);
    const changed = await look(`/${slug}`, { 'if-none-match': headers.get('etag') ?? '' });
    expect([changed.status, changed.body.available]).to.deep.equal([200, 6]);
  });

  it('are taxed at the highest rate of their parts at one fixed price, unless these are priced separately', async () => {
    const put = `insert into tax_classes values ('test-5', 'For tests') on conflict do nothing`;
    await shop.db.query(put);
    await shop.db.query(`insert into tax_rates values ('test-5', '2017-07-01Z', 0, 5) on conflict do nothing`);
    const cheap = await stockVariant(shop.db.query, { stock: 3, price: 10_000 });
    const reclass = `update products set tax_class = 'test-5' where id = (select product_id from variants where id = $1)`;
    await shop.db.query(reclass, [cheap]);
    const sets = [tea, cheap].map((variantId) => ({
      ...{ title: 'Part', minQuantity: 1, maxQuantity: 1, items: [{ variantId }] },
    }));
    const ratesOf = async (pricing: object) => {
      const { id, ...made } = await make({ sets, pricing });
      const selections = made.sets.map((set, place) => ({
        setId: set.id,
        items: [{ variantId: [tea, cheap][place], quantity: 1 }],
      }));
      const items = [{ bundleId: id, quantity: 1, selections }];
      const { body: cart } = await shop.ask<Cart>('POST', '/store/cart', { body: { items } });
      const body = { cartId: cart.id };
      const headers = { 'x-cart-token': cart.cartToken ?? '' };
      const explained = await shop.ask<{ lines: { ratePercent: string }[] }>('POST', '/store/pricing/explain', {
        ...{ body, headers },
      });
      return explained.body.lines.map(({ ratePercent }) => ratePercent);
    };
    expect(await ratesOf({ kind: 'fixed', price: 35_000 })).to.deep.equal(['18', '18']);
    expect(await ratesOf({ kind: 'fixed', price: 35_000, separatelyPriced: true })).to.deep.equal(['18', '5']);
    expect((await ask('POST', '', hamper({ pricing: { kind: 'sum', separatelyPriced: true } }))).status).to.equal(400);
  });

  it('are on the storefront when they are active, page by page; a draft is seen by staff only', async () => {
    const [draft, first, second] = [await make({ status: 'draft' }), await make(), await make()];
    expect((await look(`/${draft.id}`)).body.error.code).to.equal('BUNDLE_NOT_FOUND');
    expect((await look(`/${draft.slug}`)).status).to.equal(404);
    const seen = await ask<BundleView>('GET', `/${draft.id}/offer`);
    expect([seen.status, seen.body.price?.cheapest, seen.body.available]).to.deep.equal([200, 35_500, 10]);
    const page = await look<{ data: BundleView[]; nextCursor: string }>('?limit=1');
    const next = await look<{ data: BundleView[] }>(`?limit=1&cursor=${page.body.nextCursor}`);
    expect([...page.body.data, ...next.body.data].map(({ id }) => id)).to.deep.equal([second.id, first.id]);
    expect(page.body.data[0]).not.to.have.property('sets');
    await ask('PATCH', `/${second.id}`, { status: 'archived' });
    expect((await look(`/${second.id}`)).status).to.equal(404);
    expect((await look<{ data: BundleView[] }>('')).body.data.map(({ id }) => id)).not.to.include(second.id);
  });

  it('do not offer what is not on sale, and cannot be bought when a set cannot be filled any more', async () => {
    const { slug, id } = await make();
    await shop.db.query(`update variants set status = 'archived' where id = $1`, [tea]);
    const { body } = await look(`/${slug}`);
    expect([body.price, body.available, body.sets[0]?.items]).to.deep.equal([null, 0, []]);
    await ask('PATCH', `/${id}`, { status: 'draft' });
    const refused = await ask('PATCH', `/${id}`, { status: 'active' });
    expect([refused.status, refused.body.error.code]).to.deep.equal([422, 'CONTRADICTION']);
    expect(refused.body.error.details.problems).to.deep.equal([
      {
        where: 'sets[0].items',
        problem: 'the items on sale have only 0 units',
        expected: 'at least 1 units that can be chosen',
      },
    ]);
  });

  it('keep the sets that are sent back with their ids, so that carts keep their choice', async () => {
    const { id, sets } = await make();
    const [teas, cups] = sets;
    const selections = [{ setId: teas?.id, items: [{ variantId: tea, quantity: 1 }] }];
    const items = [{ bundleId: id, quantity: 1, selections }];
    const { body: cart } = await shop.ask<Cart>('POST', '/store/cart', { body: { items } });
    expect(cart.items[0]?.unitPrice).to.equal(35_500);
    const dearer = { ...teas, items: [{ variantId: tea, surcharge: 900 }] };
    const extra = { title: 'Card', minQuantity: 0, maxQuantity: 1, items: [{ variantId: cup }] };
    const changed = await ask<Bundle>('PATCH', `/${id}`, { sets: [extra, dearer] });
    expect(changed.status, JSON.stringify(changed.body)).to.equal(200);
    expect(changed.body.sets.map(({ title }) => title)).to.deep.equal(['Card', 'Tea']);
    expect(changed.body.sets[1]?.id).to.equal(teas?.id);
    expect(changed.body.sets[0]?.id).not.to.be.oneOf([teas?.id, cups?.id]);
    const looked = await shop.ask<Cart>('GET', `/store/cart/${cart.id}`, { cartToken: cart.cartToken });
    expect(looked.body.items[0]?.unitPrice).to.equal(35_900);
  });

  it('do not take the set of another bundle over', async () => {
    const [mine, theirs] = [await make(), await make()];
    const stolen = { ...theirs.sets[0], title: 'Mine now' };
    const changed = await ask<Bundle>('PATCH', `/${mine.id}`, { sets: [stolen] });
    expect(changed.body.sets.map(({ title }) => title)).to.deep.equal(['Mine now']);
    expect(changed.body.sets[0]?.id).not.to.equal(theirs.sets[0]?.id);
    expect((await ask<Bundle>('GET', `/${theirs.id}`)).body.sets).to.deep.equal(theirs.sets);
  });

  it('have a slug of their own, and are removed only while no cart has them', async () => {
    const { id, slug, sets } = await make();
    const twice = await ask('POST', '', hamper({ slug }));
    expect([twice.status, twice.body.error.code]).to.deep.equal([409, 'NAME_TAKEN']);
    const selections = [{ setId: sets[0]?.id, items: [{ variantId: tea, quantity: 1 }] }];
    const items = [{ bundleId: id, quantity: 1, selections }];
    const { body: cart } = await shop.ask<Cart>('POST', '/store/cart', { body: { items } });
    const used = await ask('DELETE', `/${id}`);
    expect([used.status, used.body.error.code]).to.deep.equal([409, 'IN_USE']);
    const [item] = cart.items;
    await shop.ask('DELETE', `/store/cart/${cart.id}/items/${item?.id}`, { cartToken: cart.cartToken });
    expect((await ask('DELETE', `/${id}`)).status).to.equal(204);
    expect((await shop.db.query(`select 1 from bundle_sets where bundle_id = $1`, [id])).length).to.equal(0);
  });
});
