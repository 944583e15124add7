import { expect } from 'chai';
import { requireExistingIds } from '../../../../src/entities/offers/references.ts';
import { unitOfWork } from '../../../../src/infra/database/unit-of-work.ts';
import { only, putRule } from '../../../support/offers.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { openPeopleShop, type PeopleShop, type Refused, type Staff } from '../../people-shop.ts';

interface Product {
  id: string;
  slug: string;
  status: string;
  version: number;
  collectionIds: string[];
  variants: { id: string; sku: string; version: number }[];
}

interface Level {
  onHand: number;
  reserved: number;
  available: number;
}

let number = 0;
const newProduct = (changes: object = {}) => ({
  title: `Kurta ${++number}`,
  hsn: '6109',
  taxClass: 'cotton',
  brand: 'Aranya',
  status: 'active',
  variants: [{ sku: `KUR-${number}-M`, size: 'M', price: 99_900, weightGrams: 250 }],
  ...changes,
});

describe('the catalogue of the shop', () => {
  let shop: PeopleShop;
  let staff: Staff;
  before(async () => {
    shop = await openPeopleShop();
    staff = await shop.staff('catalogue-manager');
    const rates = [{ validFrom: '2017-07-01T00:00:00.000Z', minUnitPrice: 0, percent: '5' }];
    await make('tax-classes', { code: 'cotton', name: 'Cotton', rates });
  });
  after(() => shop.close());

  const ask = <T = Refused>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    shop.ask<T>(method, `/admin/${path}`, { token: staff.accessToken, headers, ...(body !== undefined && { body }) });

  async function make<T = Product>(path: string, body: object): Promise<T> {
    const answer = await ask<T>('POST', path, body);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return answer.body;
  }

  const change = <T = Product>(path: string, version: number, body: object) =>
    ask<T & Refused>('PATCH', path, body, { 'if-match': `"${version}"` });

  const seen = async (slug: string) => (await shop.ask('GET', `/store/products/${slug}`)).status;
  const shelf = async (slug: string) =>
    (await shop.ask<{ data: { id: string }[] }>('GET', `/store/products?collection=${slug}&limit=100`)).body.data.map(
      ({ id }) => id,
    );

  it('sells a product from when it is active until it is archived', async () => {
    const product = await make(
      'products',
      newProduct({ status: 'draft', attributes: { fabric: 'Mulmul', washable: true } }),
    );
    expect(await seen(product.slug)).to.equal(404);
    await change(`products/${product.id}`, 1, {
      status: 'active',
      media: [{ url: 'https://cdn.example.com/1.jpg', alt: 'Front' }],
    });
    const shown = await shop.ask<{ attributes: object; media: object[]; variants: { available: number }[] }>(
      'GET',
      `/store/products/${product.slug}`,
    );
    expect(shown.body.attributes).to.deep.equal({ fabric: 'Mulmul', washable: true });
    expect(shown.body.media).to.deep.equal([{ url: 'https://cdn.example.com/1.jpg', alt: 'Front' }]);
    expect(shown.body.variants[0]?.available).to.equal(0);
    await change(`products/${product.id}`, 2, { status: 'archived' });
    expect(await seen(product.slug)).to.equal(404);
  });

  it('takes the change of one who has read it last, and of no other', async () => {
    const { id } = await make('products', newProduct());
    const answers = await Promise.all(['A', 'B', 'C'].map((brand) => change(`products/${id}`, 1, { brand })));
    expect(answers.map(({ status }) => status).toSorted()).to.deep.equal([200, 412, 412]);
  });

  it('makes slugs of titles, and never two alike, nor two SKUs', async () => {
    const twice = await Promise.all(
      [1, 2].map(() => make('products', newProduct({ title: 'Chikankari Kurta, Indigo!' }))),
    );
    expect(twice.map(({ slug }) => slug).toSorted()).to.deep.equal([
      'chikankari-kurta-indigo',
      'chikankari-kurta-indigo-2',
    ]);
    const variants = [{ sku: 'SAME', price: 1 }];
    const answers = await Promise.all([1, 2, 3].map(() => ask('POST', 'products', newProduct({ variants }))));
    expect(answers.map(({ status }) => status).toSorted()).to.deep.equal([201, 409, 409]);
  });

  it('sells no variant that is archived, and shows it no more', async () => {
    const product = await make('products', newProduct());
    const [variant] = product.variants;
    const more = await make<{ id: string; available: number }>('variants', {
      productId: product.id,
      sku: `L-${number}`,
      price: 89_900,
      backorderLimit: 5,
    });
    expect(more.available).to.equal(5);
    await change(`variants/${variant?.id}`, 1, { status: 'archived' });
    const shown = await shop.ask<{ variants: { id: string }[] }>('GET', `/store/products/${product.slug}`);
    expect(shown.body.variants.map(({ id }) => id)).to.deep.equal([more.id]);
    const cart = await shop.ask('POST', '/store/cart', { body: { items: [{ variantId: variant?.id, quantity: 1 }] } });
    expect([cart.status, cart.body.error.code]).to.deep.equal([404, 'VARIANT_NOT_FOUND']);
    const found = await ask<{ data: Product[] }>('GET', `products?sku=l-${number}`);
    expect(found.body.data.map(({ id }) => id)).to.deep.equal([product.id]);
  });

  it('removes what nothing refers to, and says of the rest to archive it', async () => {
    const [kept, gone] = [await make('products', newProduct()), await make('products', newProduct())];
    await ask('POST', `variants/${kept.variants[0]?.id}/inventory/receive`, { quantity: 1 });
    const refused = await ask('DELETE', `products/${kept.id}`);
    expect([refused.status, refused.body.error.code]).to.deep.equal([409, 'IN_USE']);
    expect((await ask('DELETE', `products/${gone.id}`)).status).to.equal(204);
    expect((await ask('GET', `variants/${gone.variants[0]?.id}`)).status).to.equal(404);
  });

  it('waits for an offer that is being made of what is to go, and keeps what it names', async () => {
    const product = await make('products', newProduct());
    const variantId = product.variants[0]?.id ?? '';
    let removal: ReturnType<typeof ask<Refused>> | undefined;
    await unitOfWork(shop.db, 'test', async (tx) => {
      await requireExistingIds(tx, { field: 'include.variantIds', table: 'variants', ids: [variantId] });
      await putRule(tx.query, { include: only(variantId), action: { kind: 'percent-off', percent: 10 } });
      removal = ask('DELETE', `products/${product.id}`);
      const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await waitFor('the removal waits for the offer', async () => (await shop.db.query(waiting)).length > 0);
    });
    const refused = await removal;
    expect([refused?.status, refused?.body.error?.code]).to.deep.equal([409, 'IN_USE']);
    expect((await ask('GET', `variants/${variantId}`)).status).to.equal(200);
  });

  it('has shelves that are filled by hand', async () => {
    const { id, slug } = await make<{ id: string; slug: string }>('collections', { title: 'Picked' });
    const [one, two] = [
      await make('products', newProduct({ collectionIds: [id] })),
      await make('products', newProduct()),
    ];
    expect(await shelf(slug)).to.deep.equal([one.id]);
    expect((await ask('PUT', `collections/${id}/products/${two.id}`)).status).to.equal(204);
    await change(`products/${one.id}`, 1, { collectionIds: [] });
    expect(await shelf(slug)).to.deep.equal([two.id]);
    await ask('DELETE', `collections/${id}/products/${two.id}`);
    expect(await shelf(slug)).to.deep.equal([]);
  });

  it('has shelves that fill themselves, and follow what changes', async () => {
    const brand = 'Neelbagh';
    const product = await make('products', newProduct({ brand, attributes: { fabric: 'Silk' } }));
    const rule = {
      all: [
        { field: 'brand', is: ['neelbagh'] },
        { field: 'attribute', name: 'fabric', is: ['Silk'] },
        { field: 'price', from: 50_000, to: 100_000 },
      ],
    };
    const collection = await make<{ id: string; slug: string }>('collections', { title: 'Silk', kind: 'rule', rule });
    expect(await shelf(collection.slug)).to.deep.equal([product.id]);
    const later = await make('products', newProduct({ brand, attributes: { fabric: 'Silk' } }));
    expect(await shelf(collection.slug)).to.have.members([product.id, later.id]);
    await change(`variants/${later.variants[0]?.id}`, 1, { price: 100_001 });
    expect(await shelf(collection.slug)).to.deep.equal([product.id]);
    await change(`collections/${collection.id}`, 1, { rule: { all: [{ field: 'brand', is: [brand] }] } });
    expect(await shelf(collection.slug)).to.have.members([product.id, later.id]);
    await change(`products/${product.id}`, 1, { brand: 'Other' });
    expect(await shelf(collection.slug)).to.deep.equal([later.id]);
    const byHand = await ask('PUT', `collections/${collection.id}/products/${product.id}`);
    expect([byHand.status, byHand.body.error.code]).to.deep.equal([422, 'CONTRADICTION']);
  });

  it('books what comes in and what is counted, with who said why', async () => {
    const variantId = (await make('products', newProduct())).variants[0]?.id;
    const path = `variants/${variantId}/inventory`;
    const received = await ask<Level>(
      'POST',
      `${path}/receive`,
      { quantity: 20, note: 'Order 17' },
      { 'idempotency-key': 'r1' },
    );
    expect([received.status, received.body.onHand]).to.deep.equal([201, 20]);
    expect(
      (await ask<Level>('POST', `${path}/receive`, { quantity: 20, note: 'Order 17' }, { 'idempotency-key': 'r1' }))
        .body.onHand,
    ).to.equal(20);
    expect((await ask<Level>('POST', `${path}/adjust`, { counted: 17, reason: 'count' })).body.onHand).to.equal(17);
    const tooMuch = await ask('POST', `${path}/adjust`, { delta: -18, reason: 'damage' });
    expect([tooMuch.status, tooMuch.body.error.code]).to.deep.equal([409, 'INSUFFICIENT_INVENTORY']);
    expect(tooMuch.body.error.details).to.deep.equal({ variantId, requested: 18, available: 17 });
    const { body } = await ask<{ data: { kind: string; onHandDelta: number; cause: string; note: string | null }[] }>(
      'GET',
      `${path}/movements`,
    );
    expect(body.data.map(({ kind, onHandDelta, cause, note }) => [kind, onHandDelta, cause, note])).to.deep.equal([
      ['adjust', -3, 'adjust:count', null],
      ['receive', 20, 'receive:purchase', 'Order 17'],
    ]);
  });

  it('allows no fewer backordered units than are already sold', async () => {
    const variants = [{ sku: `BACK-${++number}`, price: 100, backorderLimit: 5 }];
    const variantId = (await make('products', newProduct({ variants }))).variants[0]?.id;
    await ask('POST', `variants/${variantId}/inventory/adjust`, { delta: -3, reason: 'other' });
    const refused = await change(`variants/${variantId}`, 1, { price: 200, backorderLimit: 2 });
    expect([refused.status, refused.body.error.code]).to.deep.equal([409, 'INSUFFICIENT_INVENTORY']);
    expect(refused.body.error.details).to.deep.equal({ variantId, backorderLimit: 2 });
    const changed = await change<{ price: number; backorderLimit: number }>(`variants/${variantId}`, 1, {
      backorderLimit: 3,
    });
    expect([changed.body.price, changed.body.backorderLimit]).to.deep.equal([100, 3]);
  });

  it('allows backorders of a variant without a stock level', async () => {
    const variantId = (await make('products', newProduct())).variants[0]?.id;
    await shop.db.query(`delete from stock_levels where variant_id = $1`, [variantId]);
    const changed = await change<{ backorderLimit: number }>(`variants/${variantId}`, 1, { backorderLimit: 4 });
    expect([changed.status, changed.body.backorderLimit]).to.deep.equal([200, 4]);
  });

  it('never books more off than there is, whoever books at once', async () => {
    const variantId = (await make('products', newProduct())).variants[0]?.id;
    const path = `variants/${variantId}/inventory`;
    await ask('POST', `${path}/receive`, { quantity: 30 });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => ask('POST', `${path}/adjust`, { delta: -1, reason: 'theft' })),
    );
    expect(answers.filter(({ status }) => status === 201)).to.have.lengthOf(30);
    const [sums] = await shop.db.query<Record<string, number>>(
      `select s.on_hand as "onHand", (select sum(on_hand_delta)::int from inventory_movements where variant_id = $1) as moved
        from stock_levels s where variant_id = $1`,
      [variantId],
    );
    expect(sums).to.deep.equal({ onHand: 0, moved: 0 });
    const low = await ask<{ data: { id: string }[] }>('GET', 'inventory?below=1&limit=100');
    expect(low.body.data.map(({ id }) => id)).to.include(variantId);
  });
});
