import { expect } from 'chai';
import { readProductList } from '../../../src/api/store/catalogue/list/product-list.ts';
import type { PriceTerms } from '../../../src/domain/pricing/unit-prices/unit-price.ts';
import { type FreshDatabase, freshDatabase } from '../../support/database.ts';
import { describeAll } from '../../support/extent.ts';
import { fillLargeCatalogue } from './large-catalogue.ts';
import { type Watched, watchPlans } from './plans.ts';

/** None of these is read as a whole. Levels may be: they are joined to what fits, which may be much of the shop. */
const LARGE = ['products', 'variants', 'product_collections'];

/** What is asked for, the index that has to find it, and how many are on the first page. */
const LISTS: [name: string, request: object, index: string, shown: number][] = [
  ['newest first', {}, 'products_newest', 24],
  ['by title', { sort: 'title' }, 'products_by_title', 24],
  ['cheapest first', { sort: 'price' }, 'variants_by_price', 24],
  ['dearest first', { sort: '-price' }, 'variants_by_price', 24],
  ['of a collection', { collection: 'shelf-3' }, 'product_collections_pkey', 24],
  ['of a narrow price', { minPrice: 500_00, maxPrice: 501_00 }, 'variants_by_price', 19],
  ['of a narrow price, cheapest first', { minPrice: 500_00, maxPrice: 501_00, sort: 'price' }, 'variants_by_price', 19],
  ['of a wide price', { minPrice: 500_00 }, 'products_newest', 24],
  ['of a common size and colour', { size: ['m'], color: ['red'] }, 'products_newest', 24],
  ['of a size that nothing has', { size: ['XXXL'] }, 'variants_by_size', 0],
  ['of a colour that nothing has', { color: ['Puce'] }, 'variants_by_color', 0],
  ['of what can be bought now', { inStock: true }, 'products_newest', 24],
  ['by the beginning of a SKU', { q: 'sku-1234' }, 'variants_sku_prefix', 11],
  ['by a SKU', { q: 'SKU-12345-2' }, 'variants_sku_prefix', 1],
  ['by words', { q: 'indigo kurta' }, 'products_search', 24],
  ['by the beginning of a word', { q: 'chikank' }, 'products_search', 24],
  ['by a word with letters swapped', { q: 'kutra silk' }, 'product_words_trigram', 24],
  ['by a word with a letter missing', { q: 'bandhni zari' }, 'product_words_trigram', 24],
  ['by words, of a collection', { q: 'silk', collection: 'shelf-5' }, 'products_search', 24],
];

const isByPrice = (request: { sort?: string }): boolean => request.sort?.endsWith('price') === true;

const NOTHING_OPEN: PriceTerms = { lists: [], rules: [] };

describeAll('the lists of 200,000 variants', function () {
  this.timeout(30_000);
  let fresh: FreshDatabase;
  let watched: Watched;
  before(async function () {
    // Filling the catalogue takes 20 s of CPU, while other lanes keep the machine busy: it promises nothing.
    this.timeout(300_000);
    fresh = await freshDatabase();
    await fillLargeCatalogue(fresh.url);
    watched = await watchPlans(fresh.url);
  });
  after(async () => {
    await watched?.close();
    await fresh.close();
  });

  const list = async (request: object, terms: PriceTerms = NOTHING_OPEN) => {
    const db = { ...fresh.db, search: watched.query, query: watched.query };
    watched.plans();
    const { facets, data } = await readProductList({ db, currency: 'INR', terms }, { limit: 24, ...request });
    return { facets, data, plans: watched.plans() };
  };

  for (const [name, request, index, shown] of LISTS) {
    it(`are found by an index, with their facets: ${name}`, async () => {
      const { data, plans } = await list(request);
      const whole = plans.flatMap(({ scans }) =>
        scans.filter(([kind]) => kind === 'Seq Scan').map(([, table]) => table),
      );
      expect(whole.filter((table) => LARGE.includes(table))).to.deep.equal([]);
      expect(plans.flatMap(({ indexes }) => indexes)).to.include(index);
      expect(data).to.have.length(shown);
    });
  }

  it('are found by the same index while a price list and rules are open, unless prices are asked for', async () => {
    const none = { productIds: [], variantIds: [], collectionIds: [] };
    const always = { startsAt: null, endsAt: null, groupIds: [], priority: 0 };
    const limits = { isFinal: false, minQuantity: 1, maxQuantity: null, include: none, exclude: none };
    const terms: PriceTerms = {
      lists: [{ id: '01900009-0000-7000-8000-000000000001', name: 'List', ...always }],
      rules: [{ id: 'rule', name: 'Rule', ...always, ...limits, action: { kind: 'percent-off', percent: 10 } }],
    };
    for (const [name, request, index, shown] of LISTS.filter(
      ([, asked]) => !('minPrice' in asked || isByPrice(asked)),
    )) {
      const { data, plans } = await list(request, terms);
      const whole = plans.flatMap(({ scans }) =>
        scans.filter(([kind]) => kind === 'Seq Scan').map(([, table]) => table),
      );
      expect(
        whole.filter((table) => LARGE.includes(table)),
        name,
      ).to.deep.equal([]);
      expect(
        plans.flatMap(({ indexes }) => indexes),
        name,
      ).to.include(index);
      expect(data, name).to.have.length(shown);
    }
    const { data } = await list({ sort: 'price' }, terms);
    const prices = data.map(({ price }) => price);
    expect(prices)
      .to.deep.equal(prices.toSorted((a, b) => a - b))
      .and.to.have.length(24);
  });

  it('have facets over the newest 2,000 of what fits, and say when that is not all', async () => {
    const all = (await list({})).facets;
    expect([all?.total, all?.isComplete]).to.deep.equal([2_000, false]);
    expect(all?.sizes.map(({ value, count }) => [value, count])).to.deep.equal(
      ['L', 'M', 'S', 'XL'].map((size) => [size, 2_000]),
    );
    const few = (await list({ q: 'sku-1234', size: ['m'] })).facets;
    expect([few?.total, few?.isComplete, few?.sizes]).to.deep.equal([11, true, [{ value: 'M', count: 11 }]]);
  });
});
