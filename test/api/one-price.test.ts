import { expect } from 'chai';
import fc from 'fast-check';
import type { BundleView } from '../../src/api/store/catalogue/bundle-view.ts';
import type { ProductList } from '../../src/api/store/catalogue/list/product-list.ts';
import type { ProductView } from '../../src/api/store/catalogue/product-view.ts';
import type { PricingRuleInput, RuleAction, Target } from '../../src/domain/pricing/inputs.ts';
import type { PriceListTerms } from '../../src/domain/pricing/unit-prices/unit-price.ts';
import { newId } from '../../src/infra/ids.ts';
import { putBundle, putPriceList, putRule } from '../support/offers.ts';
import type { Cart } from '../support/shop.ts';
import { type Goods, stockCatalogue } from './catalogue.ts';
import { openPeopleShop, type PeopleShop } from './people-shop.ts';

const GOODS: Goods[] = Array.from({ length: 5 }, (_, index) => ({
  title: `Kurta ${'ABCDE'[index]}`,
  on: index % 2 === 0 ? ['even'] : ['odd', 'all'],
  variants: [
    ['M', 'Red', 100 + index, 9],
    ['L', 'Red', 102 - index, 9],
  ],
}));

interface List extends Omit<PriceListTerms, 'id' | 'name'> {
  prices: [place: number, price: number, minQuantity: number][];
}
interface Rule extends Omit<PricingRuleInput, 'id' | 'name' | 'include' | 'exclude'> {
  include: Places;
  exclude: Places;
}
/** Variants, products and collections by their places. */
type Places = Record<keyof Target, readonly number[]>;

const HOUR = 3_600_000;
const instant = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString();
const windows = fc.constantFrom(
  ...[
    [null, null],
    [null, null],
    [-1, 1],
    [1, null],
    [null, -1],
  ].map(([startsAt = null, endsAt = null]) => ({
    startsAt: startsAt === null ? null : instant(startsAt),
    endsAt: endsAt === null ? null : instant(endsAt),
  })),
);
const groups = fc.constantFrom<string[][]>([], [], ['trade'], ['staff'], ['trade', 'staff']);
const places = (most: number) => fc.uniqueArray(fc.nat(most), { maxLength: 2 });
const targets: fc.Arbitrary<Places> = fc.record({
  variantIds: places(9),
  productIds: places(4),
  collectionIds: places(2),
});
const nothing = fc.constant<Places>({ variantIds: [], productIds: [], collectionIds: [] });
const price = fc.integer({ min: 0, max: 12_000 });
const actions: fc.Arbitrary<RuleAction> = fc.oneof(
  fc.record({ kind: fc.constant('fixed-price' as const), price }),
  fc.record({ kind: fc.constant('percent-off' as const), percent: fc.constantFrom(0.01, 10, 33.33, 100) }),
  fc.record({ kind: fc.constant('amount-off' as const), amount: price }),
);
const terms = (groupIds: string[], window: { startsAt: string | null; endsAt: string | null }, priority: number) => ({
  groupIds,
  ...window,
  priority,
});
const common = fc.tuple(groups, windows, fc.nat(2)).map((parts) => terms(...parts));
const lists: fc.Arbitrary<List> = fc
  .tuple(
    common,
    fc.uniqueArray(fc.tuple(fc.nat(9), price, fc.constantFrom(1, 1, 2)), {
      selector: ([place, , from]) => `${place} ${from}`,
      maxLength: 6,
    }),
  )
  .map(([from, prices]) => ({ ...from, prices }));
const rules: fc.Arbitrary<Rule> = fc
  .tuple(
    common,
    fc.record({ include: fc.oneof(nothing, targets), exclude: fc.oneof(nothing, nothing, targets), action: actions }),
    fc.record({ isFinal: fc.boolean(), minQuantity: fc.constantFrom(1, 1, 2), maxQuantity: fc.constantFrom(null, 2) }),
  )
  .map(([from, goods, limits]) => ({ ...from, ...goods, ...limits }));

interface Visitor {
  name: string;
  token?: string;
}

describe('one price everywhere', function () {
  this.timeout(120_000);
  let shop: PeopleShop;
  let products: ProductView[];
  /** Two units of the first variant, and nothing to choose. */
  let pair: { id: string; setIds: string[] };
  const visitors: Visitor[] = [{ name: 'anonymous' }];
  const groupIds: Record<string, string> = { trade: newId(), staff: newId() };
  const ids: Record<keyof Target, string[]> = { variantIds: [], productIds: [], collectionIds: [] };
  before(async () => {
    shop = await openPeopleShop();
    await stockCatalogue(shop.db, GOODS);
    await shop.db.query(`insert into tax_rates values ('standard', '2017-07-01Z', 0, 18)`);
    for (const [name, id] of Object.entries(groupIds)) {
      await shop.db.query(
        `insert into customer_groups (id, name, created_at, updated_at) values ($1, $2, now(), now())`,
        [id, name],
      );
    }
    for (const names of [[], ['trade'], ['trade', 'staff']]) {
      const { accessToken: token, customer } = await shop.register();
      for (const name of names) {
        await shop.db.query(`insert into customer_group_members values ($1, $2, now())`, [customer.id, groupIds[name]]);
      }
      visitors.push({ name: names.join(' and ') || 'signed in', token });
    }
    const listed = await list({ name: '' }, 'sort=title');
    products = await Promise.all(listed.data.map(({ id }) => page({ name: '' }, id)));
    ids.productIds = products.map(({ id }) => id);
    ids.variantIds = products.flatMap(({ variants }) => variants.map(({ id }) => id));
    const shelves = await shop.db.query<{ id: string }>(`select id from collections order by slug`);
    ids.collectionIds = shelves.map(({ id }) => id);
    const [variantId = ''] = ids.variantIds;
    pair = await putBundle(shop.db.query, {
      pricing: { kind: 'percent-off', percent: 10 },
      sets: [{ min: 2, max: 2, items: [{ variantId, surcharge: 7 }] }],
    });
  });
  after(() => shop.close());

  const get = async <T>({ token }: Visitor, path: string): Promise<T> => {
    const { status, body } = await shop.ask<T>('GET', path, { ...(token && { token }) });
    expect(status, JSON.stringify(body)).to.equal(200);
    return body;
  };
  const list = (who: Visitor, query: string) => get<ProductList>(who, `/store/products?${query}`);
  const page = (who: Visitor, id: string) => get<ProductView>(who, `/store/products/${id}`);

  const targetOf = (from: Places): Target => ({
    variantIds: from.variantIds.map((place) => ids.variantIds[place] ?? ''),
    productIds: from.productIds.map((place) => ids.productIds[place] ?? ''),
    collectionIds: from.collectionIds.map((place) => ids.collectionIds[place] ?? ''),
  });
  const groupsOf = (names: readonly string[]) => names.map((name) => groupIds[name] ?? '');

  async function offer({ lists: some, rules: others }: { lists: List[]; rules: Rule[] }): Promise<void> {
    await shop.db.query(`delete from price_list_entries`);
    await shop.db.query(`delete from price_lists`);
    await shop.db.query(`delete from pricing_rules`);
    for (const { prices, groupIds: names, ...one } of some) {
      const entries = prices.map(([place, amount, from]): [string, number, number] => [
        ids.variantIds[place] ?? '',
        amount,
        from,
      ]);
      await putPriceList(shop.db.query, { ...one, groupIds: groupsOf(names), prices: entries });
    }
    for (const { include, exclude, groupIds: names, ...one } of others) {
      const goods = { include: targetOf(include), exclude: targetOf(exclude) };
      await putRule(shop.db.query, { ...one, ...goods, groupIds: groupsOf(names) });
    }
  }

  /** What a cart with one unit of every variant charges for each, and an explanation says. */
  async function charged({ token }: Visitor): Promise<Map<string, number>> {
    const by = token === undefined ? {} : { token };
    const items = ids.variantIds.map((variantId) => ({ variantId, quantity: 1 }));
    const { body: cart } = await shop.ask<Cart>('POST', '/store/cart', { ...by, body: { items } });
    const proof = { ...by, ...(cart.cartToken && { cartToken: cart.cartToken }) };
    const explained = await shop.ask<{ lines: { variantId: string; unitPrice: number }[] }>(
      'POST',
      '/store/pricing/explain',
      { ...proof, body: { cartId: cart.id } },
    );
    const prices = cart.items.map((item): [string, number] => [item.variantId ?? '', item.unitPrice]);
    expect(explained.body.lines.map(({ variantId, unitPrice }) => [variantId, unitPrice])).to.have.deep.members(prices);
    return new Map(prices);
  }

  async function expectShown(who: Visitor): Promise<void> {
    const prices = await charged(who);
    const expected = products.map(({ id, variants }) => {
      const mine = variants.map(({ id: variantId }) => prices.get(variantId) ?? -1);
      return { id, price: Math.min(...mine), highestPrice: Math.max(...mine), mine };
    });
    for (const product of products) {
      const { variants } = await page(who, product.id);
      for (const [place, { id, price: shown, wasPrice }] of variants.entries()) {
        const own = product.variants[place]?.price ?? 0;
        expect([shown, wasPrice], who.name).to.deep.equal([prices.get(id), own > shown ? own : null]);
      }
    }
    const { data, facets } = await list(who, 'sort=price');
    expect(data.map(({ id, price: least, highestPrice }) => ({ id, price: least, highestPrice }))).to.have.deep.members(
      expected.map(({ mine: _, ...one }) => one),
    );
    expect(data.map((one) => one.price)).to.deep.equal(expected.map((one) => one.price).toSorted((a, b) => a - b));
    const backwards = await list(who, 'sort=-price&limit=3');
    const rest = await list(who, `sort=-price&cursor=${backwards.nextCursor}`);
    expect([...backwards.data, ...rest.data].map(({ id }) => id)).to.deep.equal(data.map(({ id }) => id).toReversed());
    const all = [...prices.values()];
    expect(facets?.price).to.deep.equal({ min: Math.min(...all), max: Math.max(...all), currency: 'INR' });
    await expectFiltered(who, expected);
    await expectBundle(who);
  }

  async function expectBundle(who: Visitor): Promise<void> {
    const [variantId = ''] = ids.variantIds;
    const selections = [{ setId: pair.setIds[0] ?? '', items: [{ variantId, quantity: 2 }] }];
    const body = { items: [{ bundleId: pair.id, quantity: 1, selections }] };
    const { body: cart } = await shop.ask<Cart>('POST', '/store/cart', {
      body,
      ...(who.token && { token: who.token }),
    });
    const both = { cheapest: cart.items[0]?.unitPrice, dearest: cart.items[0]?.unitPrice };
    const bundle = await get<BundleView>(who, `/store/bundles/${pair.id}`);
    expect(bundle.price).to.deep.equal(both);
    const listed = await get<{ data: BundleView[] }>(who, '/store/bundles');
    expect(listed.data[0]?.price).to.deep.equal(both);
  }

  /** Filters by the prices of the second product, inclusive. */
  async function expectFiltered(who: Visitor, expected: { id: string; mine: number[] }[]): Promise<void> {
    const [least = 0, most = 0] = (expected[1]?.mine ?? []).toSorted((a, b) => a - b);
    const fits = (amount: number) => amount >= least && amount <= most;
    for (const sort of ['newest', 'price']) {
      const { data } = await list(who, `minPrice=${least}&maxPrice=${most}&sort=${sort}`);
      const wanted = expected.filter(({ mine }) => mine.some(fits));
      expect(data.map(({ id, price: shown }) => [id, shown])).to.have.deep.members(
        wanted.map(({ id, mine }) => [id, Math.min(...mine.filter(fits))]),
      );
    }
  }

  it('for every visitor, whatever the offers: on pages, in lists, filters and facets, in the cart and explained', async () => {
    const offers = fc.record({ lists: fc.array(lists, { maxLength: 4 }), rules: fc.array(rules, { maxLength: 4 }) });
    await fc.assert(
      fc.asyncProperty(offers, async (some) => {
        await offer(some);
        for (const who of visitors) await expectShown(who);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });

  it('never gives what a customer pays to anybody else on the way', async () => {
    const [variantId = ''] = ids.variantIds;
    const [productId = ''] = ids.productIds;
    await offer({ lists: [], rules: [] });
    await putPriceList(shop.db.query, { groupIds: groupsOf(['trade']), prices: [[variantId, 5_000]] });
    const [, , trade] = visitors;
    for (const path of [`/store/products/${productId}`, '/store/products', '/store/bundles']) {
      const mine = await shop.ask('GET', path, { token: trade?.token ?? '' });
      expect(mine.headers.get('cache-control')).to.equal('private, no-cache');
      const theirs = await shop.ask('GET', path);
      expect(theirs.headers.get('cache-control')).to.equal('public, max-age=5, stale-while-revalidate=30');
      for (const { headers } of [mine, theirs]) expect(headers.get('vary')).to.include('Authorization');
      const etag = { headers: { 'if-none-match': mine.headers.get('etag') ?? '' } };
      expect((await shop.ask('GET', path, etag)).status).to.equal(200);
    }
  });

  it('is kept on the way only until a list or rule of everybody begins or ends', async () => {
    await offer({ lists: [], rules: [] });
    const endsAt = new Date(Date.now() + 20_000).toISOString();
    const include: Target = { variantIds: ids.variantIds.slice(0, 1), productIds: [], collectionIds: [] };
    await putRule(shop.db.query, { include, endsAt, action: { kind: 'amount-off', amount: 100 } });
    const { headers } = await shop.ask('GET', '/store/products');
    const [fresh, stale] = (headers.get('cache-control') ?? '').match(/\d+/g) ?? [];
    expect(fresh).to.equal('5');
    expect(Number(stale)).to.be.within(5, 15);
  });
});
