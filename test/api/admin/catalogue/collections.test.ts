import { expect } from 'chai';
import { openPeopleShop, type PeopleShop, type Refused, type Staff } from '../../people-shop.ts';

interface Made {
  id: string;
  slug: string;
  variants: { id: string }[];
}

let number = 0;
const product = (changes: object = {}) => ({
  title: `Saree ${++number}`,
  hsn: '5208',
  taxClass: 'cotton',
  status: 'active',
  variants: [{ sku: `SAR-${number}`, price: 150_000 }],
  ...changes,
});

describe('shelves that fill themselves', () => {
  let shop: PeopleShop;
  let staff: Staff;
  before(async () => {
    shop = await openPeopleShop();
    staff = await shop.staff('catalogue-manager');
    await shop.db.query(`insert into tax_classes (code, name) values ('cotton', 'Cotton'), ('silk', 'Silk')`);
    await shop.db.query(
      `insert into tax_rates (tax_class, valid_from, min_unit_price, percent)
        values ('cotton', '2017-07-01', 0, 5), ('silk', '2017-07-01', 0, 5)`,
    );
  });
  after(() => shop.close());

  const ask = <T = Refused>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    shop.ask<T>(method, `/admin/${path}`, { token: staff.accessToken, headers, ...(body !== undefined && { body }) });
  const change = (path: string, body: object, version = 1) => ask('PATCH', path, body, { 'if-match': `"${version}"` });
  async function make(path: string, body: object): Promise<Made> {
    const answer = await ask<Made>('POST', path, body);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return answer.body;
  }
  const ruled = (...all: object[]) => make('collections', { title: 'Collection', kind: 'rule', rule: { all } });
  const on = async ({ id }: { id: string }) => {
    const sql = `select product_id as id from product_collections where collection_id = $1 order by 1`;
    return (await shop.db.query<{ id: string }>(sql, [id])).map((row) => row.id);
  };

  it('know brand, tax class, title, attributes, launch and price', async () => {
    const before = new Date(Date.now() - 60_000).toISOString();
    const later = new Date(Date.now() + 600_000).toISOString();
    const { id } = await make(
      'products',
      product({
        title: 'Patola 100% Silk Café ﬁne',
        brand: 'Vankār',
        taxClass: 'silk',
        attributes: { weave: 'ikat', ply: 2, signed: true },
      }),
    );
    await make('products', product({ title: 'Maheshwari', attributes: { weave: 'plain', ply: 20, signed: false } }));
    const PARTS: [part: object, means: boolean][] = [
      [{ field: 'brand', is: ['Other', 'VANKA\u0304R'] }, true],
      [{ field: 'brand', is: ['Vank'] }, false],
      [{ field: 'taxClass', is: ['silk'] }, true],
      [{ field: 'taxClass', is: ['sil'] }, false],
      [{ field: 'title', contains: '100% s' }, true],
      [{ field: 'title', contains: '100_ s' }, false],
      [{ field: 'title', contains: 'cafe\u0301 fine' }, true],
      [{ field: 'attribute', name: 'weave', is: ['ikat', 'plain'] }, true],
      [{ field: 'attribute', name: 'ply', is: [2] }, true],
      [{ field: 'attribute', name: 'ply', is: ['2'] }, false],
      [{ field: 'attribute', name: 'signed', is: [true] }, true],
      [{ field: 'attribute', name: 'colour', is: ['Red'] }, false],
      [{ field: 'launched', after: before }, true],
      [{ field: 'launched', after: later }, false],
      [{ field: 'price', from: 150_000, to: 150_000 }, true],
      [{ field: 'price', from: 150_001 }, false],
      [{ field: 'price', to: 149_999 }, false],
    ];
    for (const [part, means] of PARTS) {
      expect((await on(await ruled(part))).includes(id), JSON.stringify(part)).to.equal(means);
    }
    // A product that is made later is measured by the same rules.
    const twin = await make(
      'products',
      product({ title: 'Patola 100% Silk Café fine', brand: 'vankār', taxClass: 'silk' }),
    );
    expect(
      await on(await ruled({ field: 'brand', is: ['Vankār'] }, { field: 'taxClass', is: ['silk'] })),
    ).to.deep.equal([id, twin.id]);
    const [{ count } = {}] = await shop.db.query<{ count: number }>(
      `select count(*) from product_collections where product_id = $1`,
      [twin.id],
    );
    expect(count, 'brand, tax class, title twice, launch, price, and the last').to.equal(7);
  });

  it('follow the cheapest variant that is sold, also when one is removed', async () => {
    const cheap = await ruled({ field: 'price', to: 120_000 }, { field: 'brand', is: ['Follow'] });
    const { id, variants } = await make('products', product({ brand: 'Follow' }));
    expect(await on(cheap)).to.deep.equal([]);
    const second = await make('variants', { productId: id, sku: `SAR-${number}-B`, price: 110_000 });
    expect(await on(cheap)).to.deep.equal([id]);
    await ask('DELETE', `variants/${second.id}`);
    expect(await on(cheap)).to.deep.equal([]);
    await change(`variants/${variants[0]?.id}`, { price: 119_900 });
    expect(await on(cheap)).to.deep.equal([id]);
    await change(`variants/${variants[0]?.id}`, { status: 'archived' }, 2);
    expect(await on(cheap)).to.deep.equal([]);
  });

  it('leave those filled by hand alone, and are left alone by them', async () => {
    const [byHand, other] = [
      await make('collections', { title: 'By hand' }),
      await make('collections', { title: 'Other' }),
    ];
    const byRule = await ruled({ field: 'brand', is: ['Both'] });
    const { id } = await make('products', product({ brand: 'Both', collectionIds: [byHand.id] }));
    expect([await on(byHand), await on(byRule)]).to.deep.equal([[id], [id]]);
    await change(`products/${id}`, { collectionIds: [other.id] });
    expect([await on(byHand), await on(other), await on(byRule)]).to.deep.equal([[], [id], [id]]);
    await change(`products/${id}`, { brand: 'Neither' }, 2);
    expect([await on(other), await on(byRule)]).to.deep.equal([[id], []]);
    const wrong = await change(`products/${id}`, { collectionIds: [byRule.id] }, 3);
    expect([wrong.status, wrong.body.error.code]).to.deep.equal([422, 'CONTRADICTION']);
  });

  it('keep what is on them when they are filled by hand from now on', async () => {
    const byRule = await ruled({ field: 'brand', is: ['Kept'] });
    const { id } = await make('products', product({ brand: 'Kept' }));
    expect((await change(`collections/${byRule.id}`, { kind: 'manual' })).status).to.equal(422);
    expect((await change(`collections/${byRule.id}`, { kind: 'manual', rule: null })).status).to.equal(200);
    await change(`products/${id}`, { brand: 'Gone' });
    expect(await on(byRule)).to.deep.equal([id]);
  });

  it('miss nothing that is made or changed while they are', async () => {
    const old = await Promise.all(Array.from({ length: 5 }, () => make('products', product({ brand: 'Old' }))));
    const work = [
      ...Array.from({ length: 8 }, () => make('products', product({ brand: 'Rush' }))),
      ...old.map(({ id }) => change(`products/${id}`, { brand: 'Rush', slug: `rush-${id}` })),
      ...Array.from({ length: 4 }, () => ruled({ field: 'brand', is: ['Rush'] })),
    ];
    const done = await Promise.all(work.map(async (each) => each));
    const rush = await shop.db.query<{ id: string }>(`select id from products where brand = 'Rush' order by id`);
    expect(rush).to.have.length(13);
    for (const made of done.slice(-4)) expect(await on(made as Made)).to.deep.equal(rush.map(({ id }) => id));
  });

  it('are gone from the shop when they are archived, with the products still in it', async () => {
    const byRule = await ruled({ field: 'brand', is: ['Archive'] });
    const { slug } = await make('products', product({ brand: 'Archive' }));
    const list = async () => (await shop.ask('GET', `/store/products?collection=${byRule.slug}`)).status;
    const shelves = async () =>
      (await shop.ask<{ collections: { slug: string }[] }>('GET', `/store/products/${slug}`)).body.collections;
    const standsThere = async () => (await shelves()).some((each) => each.slug === byRule.slug);
    expect([await list(), await standsThere()]).to.deep.equal([200, true]);
    await change(`collections/${byRule.id}`, { status: 'archived' });
    expect([await list(), await standsThere()]).to.deep.equal([404, false]);
  });
});
