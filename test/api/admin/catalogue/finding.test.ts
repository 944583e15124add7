import { expect } from 'chai';
import { openPeopleShop, type PeopleShop, type Refused, type Staff } from '../../people-shop.ts';

interface Product {
  id: string;
  slug: string;
  version: number;
  variants: { id: string }[];
}

interface Page {
  data: { id: string; title: string }[];
  nextCursor: string | null;
}

const GOODS = [
  { title: 'Ajrakh Stole', status: 'active', variants: [{ sku: 'AJR_10-S', price: 79_900 }] },
  { title: 'Ajrakh Stole, large', status: 'draft', variants: [{ sku: 'AJRX10-L', price: 99_900 }] },
  { title: 'Zardozi Clutch', status: 'draft', variants: [{ sku: 'ZAR-1', price: 249_900 }] },
  { title: '‘Men’s’ Rug 4 m²', status: 'draft', variants: [] },
  { title: 'Brass Diya', status: 'archived', variants: [] },
];

describe('finding products in the admin API', () => {
  let shop: PeopleShop;
  let staff: Staff;
  const made = new Map<string, Product>();
  before(async () => {
    shop = await openPeopleShop();
    staff = await shop.staff('catalogue-manager');
    await shop.db.query(`insert into tax_classes (code, name) values ('cotton', 'Cotton'), ('empty', 'Without rates')`);
    await shop.db.query(
      `insert into tax_rates (tax_class, valid_from, min_unit_price, percent) values ('cotton', '2017-07-01', 0, 5)`,
    );
    for (const goods of GOODS) made.set(goods.title, (await ask<Product>('POST', 'products', product(goods))).body);
  });
  after(() => shop.close());

  const product = (goods: object) => ({ hsn: '6214', taxClass: 'cotton', ...goods });
  const ask = <T = Refused>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    shop.ask<T>(method, `/admin/${path}`, { token: staff.accessToken, headers, ...(body !== undefined && { body }) });
  const titles = async (query: string) =>
    (await ask<Page>('GET', `products?${query}`)).body.data.map(({ title }) => title);
  const refusal = async (body: object) => {
    const answer = await ask('POST', 'products', product(body));
    return [answer.status, answer.body.error.code, answer.body.error.details];
  };

  it('finds what is on sale, drafts and what is archived, by words, their beginnings and with typing errors', async () => {
    expect(await titles('q=ajrakh')).to.deep.equal(['Ajrakh Stole, large', 'Ajrakh Stole']);
    expect(await titles('q=zardo')).to.deep.equal(['Zardozi Clutch']);
    expect(await titles('q=brass+diya')).to.deep.equal(['Brass Diya']);
    expect(await titles('q=ajrahk')).to.deep.equal(['Ajrakh Stole, large', 'Ajrakh Stole']);
    expect(await titles('q=ajrakh&status=draft')).to.deep.equal(['Ajrakh Stole, large']);
    expect(await titles('q=velvet')).to.deep.equal([]);
  });

  it('finds any of them by exactly its title', async () => {
    for (const { title } of GOODS) {
      expect(await titles(`${new URLSearchParams({ q: title })}`), title).to.include(title);
    }
    expect(await titles('q=rug+4+m2')).to.deep.equal(['‘Men’s’ Rug 4 m²']);
  });

  it('finds by a SKU and its beginning, taking each character as it is', async () => {
    expect(await titles('q=ajr')).to.deep.equal(['Ajrakh Stole, large', 'Ajrakh Stole']);
    expect(await titles('q=zar-1')).to.deep.equal(['Zardozi Clutch']);
    expect(await titles('q=AJR_1')).to.deep.equal(['Ajrakh Stole']);
    expect(await titles('sku=ajrx10-l')).to.deep.equal(['Ajrakh Stole, large']);
    const level = await ask<{ data: { sku: string }[] }>('GET', 'inventory?sku=zar-1');
    expect(level.body.data.map(({ sku }) => sku)).to.deep.equal(['ZAR-1']);
  });

  it('takes any text without an error', async () => {
    for (const text of ["'", ':*', '!!', '\\', '%', "o'clock & (", 'कुर्ता', 'a'.repeat(200), ' ']) {
      const answer = await ask<Page>('GET', `products?q=${encodeURIComponent(text)}`);
      expect([answer.status, answer.body.data], text).to.deep.equal([200, []]);
    }
  });

  it('walks through the pages, each product once', async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Page = (await ask<Page>('GET', `products?limit=1${cursor && `&cursor=${cursor}`}`)).body;
      seen.push(...page.data.map(({ title }) => title));
      cursor = page.nextCursor;
    }
    expect(seen).to.deep.equal(GOODS.map(({ title }) => title).toReversed());
  });

  it('says what is wrong with a product: a slug or SKU that is taken, a tax class without rates', async () => {
    expect(await refusal({ title: 'New', slug: 'brass-diya' })).to.deep.equal([
      ...[409, 'NAME_TAKEN', { field: 'slug', value: 'brass-diya' }],
    ]);
    expect(await refusal({ title: 'New', variants: [{ sku: 'ZAR-1', price: 1 }] })).to.deep.equal([
      ...[409, 'NAME_TAKEN', { field: 'sku', value: 'ZAR-1' }],
    ]);
    for (const taxClass of ['empty', 'unknown']) {
      const expected = [422, 'REFERENCE_UNKNOWN', { field: 'taxClass', ids: [taxClass] }];
      expect(await refusal({ title: 'New', taxClass })).to.deep.equal(expected);
    }
    expect(await titles('q=new')).to.deep.equal([]);
  });

  it('leaves a variant with its product', async () => {
    const [from, to] = [made.get('Zardozi Clutch'), made.get('Brass Diya')];
    const answer = await ask(
      'PATCH',
      `variants/${from?.variants[0]?.id}`,
      { productId: to?.id },
      { 'if-match': '"1"' },
    );
    expect([answer.status, answer.body.error.code]).to.deep.equal([422, 'CONTRADICTION']);
  });

  it('changes nothing for one who does not say what he has read, and logs what is changed', async () => {
    const { id } = made.get('Brass Diya') as Product;
    const unread = await ask('PATCH', `products/${id}`, { brand: 'Moradabad' });
    expect([unread.status, unread.body.error.code]).to.deep.equal([428, 'VERSION_REQUIRED']);
    const changed = await ask('PATCH', `products/${id}`, { brand: 'Moradabad' }, { 'if-match': '"1"' });
    expect([changed.status, changed.headers.get('etag')]).to.deep.equal([200, '"2"']);
    const entries = await shop.db.query(
      `select action, before, after from audit_log where target_id = $1 order by id`,
      [id],
    );
    expect(entries.at(-1)).to.deep.equal({
      action: 'product.change',
      before: { brand: '' },
      after: { brand: 'Moradabad' },
    });
    expect(entries).to.have.length(2);
  });
});
