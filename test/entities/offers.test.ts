import { expect } from 'chai';
import { Bundle } from '../../src/entities/offers/bundle.ts';
import { Discount } from '../../src/entities/offers/discount.ts';
import { PriceList } from '../../src/entities/offers/price-list.ts';
import { ShippingMethod } from '../../src/entities/offers/shipping-method.ts';
import { type Tx, unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { stockVariant } from '../support/books.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { flatZone } from '../support/offers.ts';

describe('offers as staff change them', () => {
  let fresh: FreshDatabase;
  let variantId: string;
  before(async () => {
    fresh = await freshDatabase();
    variantId = await stockVariant(fresh.db.query, { stock: 10 });
  });
  after(() => fresh.close());

  const write = <T>(work: (tx: Tx) => Promise<T>) => unitOfWork(fresh.db, 'test', work);
  const rows = <R extends object>(sql: string, ...params: unknown[]) => fresh.db.query<R>(sql, params);

  /** The code of the refusal, and the fields that it names. */
  async function refusal(work: (tx: Tx) => Promise<unknown>): Promise<unknown[]> {
    const error = (await write(work).catch((thrown: unknown) => thrown)) as {
      code: string;
      details: { problems?: { where: string }[] };
    };
    return [error.code, ...(error.details.problems ?? []).map(({ where }) => where)];
  }

  it('refuse two prices of one variant and quantity, and let a later one replace an earlier one', async () => {
    const { id } = await write((tx) => PriceList.create(tx, { name: 'Dealers' }));
    const entry = (minQuantity: number, price: number) => ({ variantId, minQuantity, price });
    const set =
      (...entries: ReturnType<typeof entry>[]) =>
      async (tx: Tx) =>
        (await tx.lock(PriceList, { id }))?.setEntries(tx, entries);
    expect(await refusal(set(entry(1, 900), entry(5, 800), entry(1, 700)))).to.deep.equal([
      'CONTRADICTION',
      'entries[2]',
    ]);
    await write(set(entry(1, 900), entry(5, 800)));
    await write(set(entry(5, 750)));
    const entries = `select min_quantity as "minQuantity", price from price_list_entries where price_list_id = $1
      order by min_quantity`;
    expect(await rows(entries, id)).to.deep.equal([
      { minQuantity: 1, price: 900 },
      { minQuantity: 5, price: 750 },
    ]);
    expect(await rows(`select version from price_lists where id = $1`, id)).to.deep.equal([{ version: 3 }]);
    const removed = await write(async (tx) => (await tx.lock(PriceList, { id }))?.removeEntries(tx, variantId));
    expect(removed).to.have.length(2);
  });

  it('need a code or apply without one, also when only one of the two changes', async () => {
    const offer = { kind: 'percentage', percent: 10, cap: null } as const;
    expect(await refusal((tx) => Discount.create(tx, { name: 'Nobody', offer }))).to.deep.equal([
      'CONTRADICTION',
      'codes',
    ]);
    const { id } = await write((tx) => Discount.create(tx, { name: 'Ten', offer, codes: ['TEN'] }));
    const change = (terms: Parameters<Discount['change']>[1]) => async (tx: Tx) =>
      (await tx.lock(Discount, { id }))?.change(tx, terms);
    expect(await refusal(change({ isAutomatic: true }))).to.deep.equal(['CONTRADICTION', 'codes']);
    expect(await refusal(change({ codes: ['TEN', 'MORE'] }))).to.deep.equal(['NAME_TAKEN']);
    await write(change({ codes: ['MORE'], priority: 5 }));
    const codes = `select code from discount_codes where discount_id = $1 order by code`;
    expect(await rows(codes, id)).to.deep.equal([{ code: 'MORE' }, { code: 'TEN' }]);
    await write(async (tx) => (await tx.lock(Discount, { id }))?.remove(tx));
    expect(await rows(codes, id)).to.deep.equal([]);
  });

  it('keep the sets of a bundle that are not sent, and check them against its new status', async () => {
    const set = { title: 'Tea', minQuantity: 1, maxQuantity: 2, items: [{ variantId, maxQuantity: 1, surcharge: 50 }] };
    const bundle = { slug: 'tea', title: 'Tea', pricing: { kind: 'sum' } as const };
    const { id } = await write((tx) => Bundle.create(tx, { ...bundle, sets: [set] }));
    const sets = `select s.id, i.variant_id, i.surcharge from bundle_sets s join bundle_items i on i.set_id = s.id
      where bundle_id = $1`;
    const before = await rows(sets, id);
    expect(before).to.have.length(1);
    const change = (terms: Parameters<Bundle['change']>[1]) => async (tx: Tx) =>
      (await tx.lock(Bundle, { id }))?.change(tx, terms);
    await rows(`update variants set status = 'archived' where id = $1`, variantId);
    expect(await refusal(change({ status: 'active' }))).to.deep.equal(['CONTRADICTION', 'sets[0].items']);
    await rows(`update variants set status = 'active' where id = $1`, variantId);
    await write(change({ status: 'active', title: 'Best tea' }));
    expect(await rows(sets, id)).to.deep.equal(before);
  });

  it('have one default delivery method, the last that was made so, whatever becomes the default at once', async () => {
    const terms = { taxClass: 'test', zones: [flatZone(4_900)] };
    const made = await Promise.all(
      ['A', 'B'].map((name) =>
        write(async (tx) => {
          await ShippingMethod.lockDefault(tx);
          return ShippingMethod.create(tx, { ...terms, name });
        }),
      ),
    );
    await Promise.all(
      made.map(({ id }) =>
        write(async (tx) => {
          await ShippingMethod.lockDefault(tx);
          await (await tx.lock(ShippingMethod, { id }))?.change(tx, { isDefault: true });
        }),
      ),
    );
    const defaults = await rows<{ versions: number[] }>(
      `select count(*) filter (where is_default)::int as count, array_agg(version order by version) as versions
        from shipping_methods`,
    );
    expect(defaults).to.deep.equal([{ count: 1, versions: [2, 3] }]);
  });
});
