import { expect } from 'chai';
import fc from 'fast-check';
import { completeGoods, loadGoods } from '../../src/entities/catalogue/sellable.ts';
import { loadGoodsForPricing } from '../../src/entities/pricing/goods-for-pricing.ts';
import { createOffersCache, type OffersCache } from '../../src/entities/pricing/offers.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { openPeopleShop, type PeopleShop } from '../api/people-shop.ts';
import { stockVariant } from '../support/books.ts';
import { flatZone, only, putDiscount, putPriceList, putRule, putShippingMethod } from '../support/offers.ts';

const TABLES = ['pricing_rules', 'discounts', 'price_lists', 'shipping_methods', 'tax_rates'];
const HALF = { kind: 'percentage', percent: 50, cap: null } as const;

describe('the offers that a process holds', () => {
  let shop: PeopleShop;
  let variantIds: string[];
  const query = <R extends object>(sql: string, params: readonly unknown[] = []) => shop.db.query<R>(sql, params);
  before(async () => {
    shop = await openPeopleShop();
    variantIds = [await stockVariant(query, { stock: 10 }), await stockVariant(query, { stock: 10, price: 9_900 })];
  });
  after(() => shop?.close());

  const version = async (): Promise<number> =>
    (await query<{ version: number }>('select version from offers_version'))[0]?.version ?? 0;

  const priced = (
    offers: OffersCache,
    { codes = [], redeemer = null }: { codes?: string[]; redeemer?: string | null } = {},
  ) =>
    loadGoodsForPricing(
      query,
      { ...shop.deps, offers },
      {
        ...{ variantIds, bundleIds: [], customerId: null, redeemer, codes, shippingMethodId: null },
        now: new Date(),
      },
    );

  for (const table of TABLES) {
    it(`are of another version after every kind of change of ${table}`, async () => {
      const [column] = await query<{ name: string }>(
        `select attname as name from pg_attribute where attrelid = $1::regclass and attnum = 1`,
        [table],
      );
      const changes = [
        `update ${table} set ${column?.name} = ${column?.name} where false`,
        `delete from ${table} where false`,
        `insert into ${table} select * from ${table} where false`,
      ];
      for (const change of changes) {
        const before = await version();
        await query(change);
        expect(await version(), change).to.be.above(before);
      }
      const [trigger] = await query(
        `select 1 from pg_trigger where tgrelid = $1::regclass and tgname = $2 and (tgtype & 32) > 0`,
        [table, `${table}_raise_the_version`],
      );
      expect(trigger, 'truncate').not.to.equal(undefined);
    });
  }

  it('have one version for all goods of a price, also of goods that were loaded before a change', async () => {
    const loaded = await loadGoods(query, variantIds.slice(0, 1));
    await query(`update discounts set status = status where false`);
    const goods = await completeGoods(query, variantIds, loaded);
    const now = await version();
    expect(goods.map((one) => [one.variantId, one.offersVersion])).to.deep.equal(
      [...variantIds].sort().map((id) => [id, now]),
    );
  });

  it('are never older than what is priced with them: random changes, compared with a process that has just begun', async () => {
    const held = createOffersCache();
    const off = async (table: string) =>
      void (await query(
        `update ${table} set status = 'archived' where id = (select id from ${table} order by random() limit 1)`,
      ));
    const ended = new Date(Date.now() - 1);
    const changes = {
      rule: () => putRule(query, { include: only(variantIds[0] ?? ''), action: { kind: 'amount-off', amount: 100 } }),
      'no rule': () => off('pricing_rules'),
      discount: () => putDiscount(query, { offer: HALF }),
      'limited discount': () => putDiscount(query, { offer: HALF, maxUses: 1 }),
      'discount of a first order': () => putDiscount(query, { offer: HALF, firstOrderOnly: true }),
      'end of a discount': () => query(`update discounts set ends_at = $1`, [ended]),
      list: () => putPriceList(query, { prices: [[variantIds[1] ?? '', 5_000]] }),
      'price in a list': () => query(`update price_list_entries set price = price + 1`),
      'no list': () => off('price_lists'),
      method: async () => {
        await query(`update shipping_methods set is_default = false`);
        await putShippingMethod(query, { zones: [flatZone(4_900)], isDefault: true });
      },
      'tax rate': () => query(`update tax_rates set percent = 41 - percent where tax_class = 'test'`),
      price: () => query(`update variants set price = price + 100 where id = $1`, [variantIds[0]]),
    };
    const names = fc.constantFrom(...(Object.keys(changes) as (keyof typeof changes)[]));
    const redeemers = fc.constantFrom(null, 'guest:somebody');
    await fc.assert(
      fc.asyncProperty(fc.array(names, { minLength: 1, maxLength: 4 }), redeemers, async (some, redeemer) => {
        for (const name of some) await changes[name]();
        const [one, other] = [await priced(held, { redeemer }), await priced(createOffersCache(), { redeemer })];
        expect([...one.sellables]).to.deep.equal([...other.sellables]);
        // What nobody on offer asks for may have been read along.
        expect({ ...one.context, isFirstOrder: true }).to.deep.equal({ ...other.context, isFirstOrder: true });
      }),
      { numRuns: 40 },
    );
  });

  it('are not those that a transaction has changed and rolled back, also when the next change gets their version', async () => {
    const held = createOffersCache();
    await priced(held);
    const names = (offers: { rules: readonly { id: string }[] }) => offers.rules.map(({ id }) => id).sort();
    const before = names((await priced(held)).context);
    const include = only(variantIds[0] ?? '');
    const rolledBack = unitOfWork(shop.db, 'test', async (tx) => {
      const rule = await putRule(tx.query, { include, action: { kind: 'amount-off', amount: 1 } });
      const inside = await loadGoodsForPricing(
        tx.query,
        { ...shop.deps, offers: held },
        {
          ...{ variantIds, bundleIds: [], customerId: null, redeemer: null, codes: [], shippingMethodId: null },
          now: tx.now,
        },
      );
      expect(names(inside.context)).to.deep.equal([...before, rule].sort());
      throw new Error('rolled back');
    });
    expect(await rolledBack.catch((error) => error.message)).to.equal('rolled back');
    expect(names((await priced(held)).context)).to.deep.equal(before);
    const rule = await putRule(query, { include, action: { kind: 'amount-off', amount: 2 } });
    expect(names((await priced(held)).context)).to.deep.equal([...before, rule].sort());
  });

  it('have a version that no server gives again which has lost its last changes', async () => {
    const before = await version();
    await query(`update pricing_rules set name = name where false`);
    const lost = await version();
    await query('update offers_version set version = $1', [before]);
    await query(`update discounts set name = name where false`);
    expect(await version()).to.be.above(lost);
  });

  it('are read once for all carts until they change', async () => {
    const held = createOffersCache();
    const texts: string[] = [];
    const counting = <R extends object>(sql: string, params: readonly unknown[]) => {
      texts.push(sql);
      return shop.db.query<R>(sql, params);
    };
    const of = { variantIds, bundleIds: [], customerId: null, redeemer: null, codes: [], shippingMethodId: null };
    for (let n = 0; n < 3; n++)
      await loadGoodsForPricing(counting, { ...shop.deps, offers: held }, { ...of, now: new Date() });
    expect(texts.filter((sql) => sql.includes('from offers_version o'))).to.have.length(1);
  });
});
