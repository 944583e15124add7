import { expect } from 'chai';
import type { ProductView } from '../../src/api/store/catalogue/product-view.ts';
import type { Goods } from './catalogue.ts';
import { openStorefront, type Storefront } from './catalogue-client.ts';

const GOODS: Goods[] = [
  {
    title: 'Chikankari Cotton Kurta',
    on: ['kurtas', 'gifts'],
    description: 'Embroidered in Lucknow, with a dupatta; the dupatta is plain.',
    variants: [
      ['S', 'White', 1_499, 3],
      ['M', 'White', 1_499, 0],
      ['M', 'Rust', 1_699, 5],
    ],
  },
  {
    title: 'Straight Kurta',
    brand: 'Neelbagh',
    on: ['kurtas'],
    description: 'Worn with a cotton dupatta.',
    variants: [
      ['M', 'Indigo', 899, 7],
      ['L', 'Indigo', 999, 2],
    ],
  },
  { title: 'Leather Sandals', on: ['footwear'], variants: [['UK 8', 'Tan', 1_499, 0]] },
  {
    title: 'Assam Tea',
    brand: 'Kettle & Kulhad',
    description: 'Packed 10-12 at once. Goes with SKU-3-1.',
    on: ['gifts'],
    variants: [['100 g', null, 149, 40]],
  },
  { title: 'Silk Saree', variants: [[null, 'Rust', 8_999, 1]] },
  { title: 'Secret Kurta', status: 'draft', on: ['kurtas'], variants: [['M', 'Rust', 1, 9]] },
  { title: 'Former Kurta', status: 'archived', on: ['past'], variants: [['M', 'Rust', 1, 9]] },
];
const [KURTA, STRAIGHT, SANDALS, TEA, SAREE] = GOODS.map(({ title }) => title) as [
  string,
  string,
  string,
  string,
  string,
];

describe('the storefront catalogue', () => {
  let shop: Storefront;
  before(async () => {
    shop = await openStorefront(GOODS);
  });
  after(() => shop.close());

  describe('a list', () => {
    it('shows what is on sale, newest first, and never a draft', async () => {
      const { data, nextCursor } = await shop.list();
      expect(data.map(({ title }) => title)).to.deep.equal([SAREE, TEA, SANDALS, STRAIGHT, KURTA]);
      expect(nextCursor).to.equal(null);
      expect(data[4]).to.deep.include({
        slug: 'chikankari-cotton-kurta',
        brand: 'Aranya',
        price: 1_499_00,
        highestPrice: 1_699_00,
        currency: 'INR',
        inStock: true,
        sizes: ['S', 'M'],
        colors: ['White', 'Rust'],
        rating: { average: null, count: 0 },
      });
      for (const query of [
        'q=secret',
        'q=former',
        'q=SKU-6-1',
        'collection=past',
        'maxPrice=100',
        'size=M&color=rust&sort=price',
      ]) {
        expect(await shop.titles(query), query).not.to.include.oneOf(['Secret Kurta', 'Former Kurta']);
      }
    });

    it('narrows down by size and colour of the same variant, in any case', async () => {
      expect(await shop.titles('size=M')).to.deep.equal([STRAIGHT, KURTA]);
      expect(await shop.titles('size=m&color=WHITE')).to.deep.equal([KURTA]);
      expect(await shop.titles('size=S&color=Rust')).to.deep.equal([]);
      expect(await shop.titles('color=Tan&color=Rust')).to.deep.equal([SAREE, SANDALS, KURTA]);
    });

    it('narrows down by price, and shows the prices of what fits', async () => {
      expect(await shop.titles('minPrice=149900&maxPrice=149900')).to.deep.equal([SANDALS, KURTA]);
      const { data } = await shop.list('minPrice=150000&maxPrice=200000');
      expect(data.map(({ title, price }) => [title, price])).to.deep.equal([[KURTA, 1_699_00]]);
      expect(await shop.titles('minPrice=899900')).to.deep.equal([SAREE]);
      expect(await shop.titles('maxPrice=1000000000000'), 'the highest price there can be').to.have.length(5);
    });

    it('narrows down by what is in stock, together with the rest', async () => {
      expect(await shop.titles('inStock=true')).to.deep.equal([SAREE, TEA, STRAIGHT, KURTA]);
      expect(await shop.titles('inStock=true&size=M&color=White')).to.deep.equal([]);
      expect(await shop.titles('inStock=false')).to.deep.equal([SANDALS]);
      expect(await shop.titles('inStock=false&color=White&size=M')).to.deep.equal([KURTA]);
    });

    it('narrows down to a collection, and says when there is none of that name', async () => {
      expect(await shop.titles('collection=gifts')).to.deep.equal([TEA, KURTA]);
      expect(await shop.titles('collection=past')).to.deep.equal([]);
      const [status, { code, details }] = await shop.refusal('/products?collection=hats');
      expect([status, code, details]).to.deep.equal([404, 'COLLECTION_NOT_FOUND', { collection: 'hats' }]);
    });

    it('counts what fits by collection, size, colour, price and stock', async () => {
      expect((await shop.list('collection=kurtas')).facets).to.deep.equal({
        total: 2,
        collections: [
          { slug: 'kurtas', title: 'KURTAS', count: 2 },
          { slug: 'gifts', title: 'GIFTS', count: 1 },
        ],
        sizes: [
          { value: 'M', count: 2 },
          { value: 'L', count: 1 },
          { value: 'S', count: 1 },
        ],
        colors: [
          { value: 'Indigo', count: 1 },
          { value: 'Rust', count: 1 },
          { value: 'White', count: 1 },
        ],
        price: { min: 899_00, max: 1_699_00, currency: 'INR' },
        inStock: 2,
        isComplete: true,
      });
      expect((await shop.list('limit=1')).facets).to.deep.include({ total: 5, inStock: 4 });
      const nothing = { total: 0, collections: [], sizes: [], colors: [], price: null, inStock: 0, isComplete: true };
      expect((await shop.list('minPrice=99999900')).facets).to.deep.equal(nothing);
    });

    it('takes one statement, one for the facets, one for the offers and one for a search text, however many products it shows', async () => {
      for (const query of ['', 'q=kurta', 'sort=price&inStock=true&collection=kurtas', 'q=kutra&limit=1']) {
        shop.statements();
        await shop.list(query);
        expect(shop.statements(), query).to.equal(query.startsWith('q=') ? 4 : 3);
      }
    });

    it('refuses what it does not understand, by name', async () => {
      const cases = {
        colour: 'query.colour',
        'limit=0': 'query.limit',
        'limit=101': 'query.limit',
        'minPrice=1.5': 'query.minPrice',
        'maxPrice=1000000000001': 'query.maxPrice',
        'minPrice=2&maxPrice=1': 'query.minPrice',
        'inStock=maybe': 'query.inStock',
        'sort=cheapest': 'query.sort',
        'q=a&q=b': 'query.q',
        'size=%00': 'query.size',
        'size=S&size=%00': 'query.size[1]',
        'collection=%00': 'query.collection',
      };
      for (const [query, where] of Object.entries(cases)) {
        const [status, { code, details }] = await shop.refusal(`/products?${query}`);
        expect([status, code], query).to.deep.equal([400, 'VALIDATION_FAILED']);
        expect((details as { where: string }[]).map((each) => each.where)).to.deep.equal([where]);
      }
      const [, { details }] = await shop.refusal(`/products?${Array(26).fill('size=S').join('&')}`);
      expect(details).to.have.nested.property('[0].expected', 'at most 20 items');
    });
  });

  describe('a search', () => {
    it('finds words, beginnings of words, brands, and all of several words', async () => {
      expect(await shop.titles('q=kurta')).to.have.members([KURTA, STRAIGHT]);
      expect(await shop.titles('q=chik')).to.deep.equal([KURTA]);
      expect(await shop.titles('q=NEELBAGH')).to.deep.equal([STRAIGHT]);
      expect(await shop.titles('q=kett+assam')).to.deep.equal([TEA]);
      expect(await shop.titles('q=assam+kurta')).to.deep.equal([]);
      expect(await shop.titles('q=lucknow')).to.deep.equal([KURTA]);
      expect(await shop.titles('q=10-12+packed')).to.deep.equal([TEA]);
    });

    it('puts the title before the description, and what speaks of it more before the rest', async () => {
      expect(await shop.titles('q=dupatta')).to.deep.equal([KURTA, STRAIGHT]);
      expect(await shop.titles('q=cotton')).to.deep.equal([KURTA, STRAIGHT]);
      expect(await shop.titles('q=cotton&sort=price')).to.deep.equal([STRAIGHT, KURTA]);
    });

    it('forgives typing errors, but only in words that the shop does not know', async () => {
      for (const typed of ['chikenkari', 'chikankri', 'chiknakari+kurtta']) {
        expect(await shop.titles(`q=${typed}`), typed).to.deep.equal([KURTA]);
      }
      for (const typed of ['kurtta', 'korta', 'kruta', 'kutra']) {
        expect(await shop.titles(`q=${typed}`), typed).to.have.members([KURTA, STRAIGHT]);
      }
      expect(await shop.titles('q=cotten&sort=price')).to.deep.equal([STRAIGHT, KURTA]);
      expect(await shop.titles('q=sarees')).to.deep.equal([SAREE]);
      expect(await shop.titles('q=sandles')).to.deep.equal([SANDALS]);
      expect(await shop.titles('q=qqqqxxx')).to.deep.equal([]);
    });

    it('finds by SKU and its beginning, before all text', async () => {
      expect(await shop.titles('q=sku-2-1')).to.deep.equal([STRAIGHT]);
      expect(await shop.titles('q=SKU-')).to.have.length(5);
      expect(await shop.titles('q=SKU-3-1')).to.deep.equal([SANDALS, TEA]);
    });

    it('goes with filters and facets', async () => {
      const { data, facets } = await shop.list('q=kurta&color=indigo');
      expect(data.map(({ title }) => title)).to.deep.equal([STRAIGHT]);
      expect(facets).to.deep.include({
        total: 1,
        sizes: [
          { value: 'L', count: 1 },
          { value: 'M', count: 1 },
        ],
      });
    });

    it('takes any text without an error', async () => {
      const texts = [
        "'",
        "kurta'",
        '"kur ta"',
        ':*',
        'a & | ! <-> b',
        '!!!',
        '(((',
        '\\',
        "\\'",
        '%',
        '_',
        '-- ;',
        '\u0000',
        'कुर्ता',
        '🥻',
        '😀 tea',
        'A'.repeat(200),
      ];
      for (const text of texts) {
        for (const sort of ['relevance', 'price']) {
          const answer = await shop.get(`/products?${new URLSearchParams({ q: text, sort })}`);
          expect(answer.status, text).to.equal(200);
        }
      }
      expect(await shop.titles(`q=${encodeURIComponent('(tea')}`)).to.deep.equal([TEA]);
      expect(await shop.titles(`q=${encodeURIComponent('%')}`)).to.deep.equal([]);
    });

    it('without words is no search', async () => {
      expect(await shop.titles('q=+&sort=relevance')).to.have.length(5);
    });
  });

  describe('a product', () => {
    it('is found by id and by slug, with its variants in their order', async () => {
      const bySlug = (await (await shop.get('/products/chikankari-cotton-kurta')).json()) as ProductView;
      const answer = await shop.get(`/products/${bySlug.id}`);
      expect(await answer.json()).to.deep.equal(bySlug);
      expect(bySlug).to.deep.include({
        title: KURTA,
        currency: 'INR',
        hsn: '6211',
        rating: { average: null, count: 0 },
      });
      expect(bySlug.collections.map(({ slug }) => slug)).to.deep.equal(['kurtas', 'gifts']);
      expect(
        bySlug.variants.map(({ sku, size, color, price, available }) => [sku, size, color, price, available]),
      ).to.deep.equal([
        ['SKU-1-1', 'S', 'White', 1_499_00, 3],
        ['SKU-1-2', 'M', 'White', 1_499_00, 0],
        ['SKU-1-3', 'M', 'Rust', 1_699_00, 5],
      ]);
    });

    it('is not there unless it is on sale', async () => {
      const [draft] = await shop.db.query<{ id: string }>(`select id from products where status = 'draft'`);
      for (const name of [
        'secret-kurta',
        'former-kurta',
        draft?.id,
        'nothing',
        '019aaaaa-0000-7000-8000-000000000000',
        '%00',
      ]) {
        const [status, { code }] = await shop.refusal(`/products/${name}`);
        expect([status, code], name).to.deep.equal([404, 'PRODUCT_NOT_FOUND']);
      }
    });

    it('counts what is reserved as gone and what may be backordered as there', async () => {
      const set = (reserved: number, backorder: number) =>
        shop.db.query(
          `update stock_levels set reserved = $1, backorder_limit = $2
            where variant_id = (select id from variants where sku = 'SKU-5-1')`,
          [reserved, backorder],
        );
      const seen = async () => {
        const { variants } = (await (await shop.get('/products/silk-saree')).json()) as ProductView;
        return [variants[0]?.available, await shop.titles('inStock=true&q=saree')];
      };
      expect(await seen()).to.deep.equal([1, [SAREE]]);
      await set(1, 0);
      expect(await seen()).to.deep.equal([0, []]);
      await set(1, 4);
      expect(await seen()).to.deep.equal([4, [SAREE]]);
      await set(0, 0);
    });

    it('has an ETag that stays until something changes, and says how long it may be kept', async () => {
      for (const path of ['/products/assam-tea', '/products?q=tea', '/collections']) {
        const first = await shop.get(path);
        const etag = first.headers.get('etag') ?? '';
        expect(first.headers.get('cache-control'), path).to.match(/^public, max-age=\d+/);
        const second = await shop.get(path, { 'if-none-match': etag });
        expect([second.status, await second.text()], path).to.deep.equal([304, '']);
        const brand = (name: string) => shop.db.query('update products set brand = $1 where title = $2', [name, TEA]);
        const changed = path === '/collections' ? `update products set status = 'draft' where title = '${TEA}'` : null;
        await (changed ? shop.db.query(changed) : brand('Other'));
        expect((await shop.get(path, { 'if-none-match': etag })).status, path).to.equal(200);
        await shop.db.query(`update products set brand = 'Kettle & Kulhad', status = 'active' where title = $1`, [TEA]);
      }
    });
  });

  it('lists the collections in their order, counting what is on sale', async () => {
    const { data, nextCursor } = (await (await shop.get('/collections')).json()) as {
      data: { slug: string; title: string; productCount: number }[];
      nextCursor: null;
    };
    expect(data.map(({ slug, productCount }) => [slug, productCount])).to.deep.equal([
      ['kurtas', 2],
      ['gifts', 2],
      ['footwear', 1],
      ['past', 0],
    ]);
    expect(nextCursor).to.equal(null);
  });
});
