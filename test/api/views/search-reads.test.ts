import { expect } from 'chai';
import { type ProductListRequest, readProductList } from '../../../src/api/store/catalogue/list/product-list.ts';
import { MAX_RANKED } from '../../../src/api/store/catalogue/list/product-search.ts';
import { type FreshDatabase, freshDatabase } from '../../support/database.ts';
import { describeAll } from '../../support/extent.ts';
import { fillLargeCatalogue } from './large-catalogue.ts';
import { type Watched, watchPlans } from './plans.ts';

const PRODUCTS = 12_500;
/** The newest 2,000 products and 1,000 of the index, looked up by key; then the best 300, and the page. */
const MOST_READ = 8_000;

describeAll('a search among 50,000 variants', function () {
  this.timeout(30_000);
  let fresh: FreshDatabase;
  let watched: Watched;
  before(async function () {
    this.timeout(300_000);
    fresh = await freshDatabase();
    await fillLargeCatalogue(fresh.url, PRODUCTS);
    watched = await watchPlans(fresh.url);
  });
  after(async () => {
    await watched?.close();
    await fresh.close();
  });

  const list = async (request: Omit<ProductListRequest, 'limit'>) => {
    const db = { ...fresh.db, search: watched.query, query: watched.query };
    watched.plans();
    const terms = { lists: [], rules: [] };
    const found = await readProductList({ db, currency: 'INR', terms }, { limit: 24, ...request });
    return { ...found, plans: watched.plans() };
  };

  /** The ids of the products on all pages. */
  const allIds = async (request: Omit<ProductListRequest, 'limit'>): Promise<Set<string>> => {
    const ids = new Set<string>();
    let cursor: string | null | undefined;
    do {
      const page = await list({ ...request, ...(cursor && { cursor }) });
      for (const { id } of page.data) ids.add(id);
      cursor = page.nextCursor;
    } while (cursor);
    return ids;
  };

  for (const [what, q] of Object.entries({
    'a word that all have in their descriptions': 'made',
    'a word that all have in their brands': 'brand',
    'a word that one in ten has': 'kurta',
    'two common words': 'made brand',
    'a typing error in a word that all have': 'brnad',
    'a typing error in a word that some have': 'chikenkari',
    'the beginning of all SKUs': 'sku-',
    'no word of the shop': 'qqqqxxx',
  })) {
    it(`reads no more rows than it ranks candidates: ${what}`, async () => {
      const { plans } = await list({ q });
      expect(plans.length).to.be.above(2);
      for (const { read } of plans) {
        for (const [table, rows] of read) expect(rows, `rows of ${table}`).to.be.at.most(MOST_READ);
      }
    });
  }

  it(`ranks ${MAX_RANKED} of many products: with the word in the title first, then the newest`, async () => {
    const { facets, data } = await list({ q: 'kurta' });
    expect([facets?.total, facets?.isComplete]).to.deep.equal([MAX_RANKED, false]);
    expect(data.filter(({ title }) => !/kurta/i.test(title))).to.deep.equal([]);
    expect((await allIds({ q: 'made' })).size).to.equal(MAX_RANKED);
  });

  for (const [what, q, filter] of [
    ['of a common word', 'made', { collection: 'shelf-5', size: ['M'], color: ['Red'], maxPrice: 400_000 }],
    ['of the beginning of all SKUs', 'sku-', { collection: 'shelf-5', color: ['red'], maxPrice: 400_000 }],
    [
      'of a common word, with a condition of products',
      'made',
      { collection: 'shelf-5', size: ['M'], color: ['Red'], inStock: false },
    ],
  ] as const) {
    it(`finds all products that a filter leaves ${what}`, async () => {
      const request = { q, ...filter, color: [...filter.color], size: 'size' in filter ? [...filter.size] : undefined };
      const wanted = await allIds({ ...request, q: undefined });
      expect(wanted.size).to.be.within(1, MAX_RANKED);
      expect((await list(request)).facets).to.include({ total: wanted.size, isComplete: true });
      expect(await allIds(request)).to.deep.equal(wanted);
      expect(await allIds({ ...request, sort: 'newest' })).to.deep.equal(wanted);
    });
  }

  it('finds all products of a collection that have a word more common than its candidates', async () => {
    const matching = `from products p where status = 'active' and search @@ product_query('kurta')`;
    const [{ count } = { count: 0 }] = await fresh.db.query<{ count: number }>(`select count(*) as count ${matching}`);
    expect(count).to.be.above(1_000);
    const wanted = await fresh.db.query<{ id: string }>(
      `select id ${matching} and id in (select product_id from product_collections pc
        join collections c on c.id = pc.collection_id where c.slug = 'shelf-5')`,
    );
    expect(wanted.length).to.be.within(1, MAX_RANKED);
    const request = { q: 'kurta', collection: 'shelf-5' };
    expect((await list(request)).facets).to.include({ total: wanted.length, isComplete: true });
    expect(await allIds(request)).to.deep.equal(new Set(wanted.map(({ id }) => id)));
  });

  it('lists all products of the beginning of a SKU in the other orders', async () => {
    const wanted = await fresh.db.query<{ id: string }>(
      `select distinct p.id from products p join variants v on v.product_id = p.id
        where p.status = 'active' and v.sku like 'SKU-12%'`,
    );
    expect(wanted.length).to.be.above(MAX_RANKED);
    expect(await allIds({ q: 'sku-12', sort: 'newest' })).to.deep.equal(new Set(wanted.map(({ id }) => id)));
    expect((await allIds({ q: 'sku-12' })).size).to.equal(MAX_RANKED);
  });

  it('finds all products of a filter among its candidates, and all in the other orders', async () => {
    const all = await fresh.db.query(
      `select id from products p where status = 'active' and search @@ product_query('indigo silk')`,
    );
    const few = await list({ q: 'indigo silk' });
    expect(few.facets).to.include({ total: all.length, isComplete: true });
    const [cheapest] = (await list({ q: 'made', sort: 'price' })).data;
    expect(cheapest?.price).to.equal((await list({ sort: 'price' })).data[0]?.price);
  });
});
