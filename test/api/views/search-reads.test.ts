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
    const seen = new Set<string>();
    let cursor: string | null | undefined;
    do {
      const page = await list({ q: 'made', ...(cursor && { cursor }) });
      for (const { id } of page.data) seen.add(id);
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen.size).to.equal(MAX_RANKED);
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
