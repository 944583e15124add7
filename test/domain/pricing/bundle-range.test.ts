import { expect } from 'chai';
import fc from 'fast-check';
import { type OfferedItem, type OfferedSet, priceRange } from '../../../src/domain/pricing/bundles/bundle-range.ts';
import { priceBundle } from '../../../src/domain/pricing/bundles/bundles.ts';
import { buyable } from '../../../src/domain/pricing/buyable-bundles.ts';
import type { BundleComponent, BundlePricing } from '../../../src/domain/pricing/inputs.ts';
import { RUNS } from '../arbitraries.ts';

const item = (price: number, more: Partial<OfferedItem> = {}): OfferedItem => ({
  ...{ variantId: `v${price}`, maxQuantity: null, surcharge: 0, price, available: 10 },
  ...more,
});
const set = (minQuantity: number, maxQuantity: number, items: OfferedItem[]): OfferedSet => ({
  ...{ id: 'set', title: 'Set', minQuantity, maxQuantity },
  items,
});

const items = fc.record({
  variantId: fc.constantFrom('a', 'b', 'c'),
  maxQuantity: fc.option(fc.integer({ min: 1, max: 2 })),
  surcharge: fc.constantFrom(0, 0, 5, 40),
  price: fc.integer({ min: 0, max: 120 }),
  available: fc.nat(7),
});
const sets = fc
  .record({
    min: fc.nat(2),
    more: fc.nat(2),
    items: fc.uniqueArray(items, { selector: (one) => one.variantId, maxLength: 3 }),
  })
  .map(({ min, more, items: offered }) => set(min, Math.max(1, min + more), offered));
const bundles = fc.array(sets, { minLength: 1, maxLength: 2 });
const pricings: fc.Arbitrary<BundlePricing> = fc.oneof(
  fc.record({ kind: fc.constant('fixed' as const), price: fc.nat(500) }),
  fc.record({ kind: fc.constant('sum' as const) }),
  fc.record({ kind: fc.constant('percent-off' as const), percent: fc.constantFrom(10, 33.33, 100) }),
  fc.record({ kind: fc.constant('amount-off' as const), amount: fc.nat(200) }),
);

type Picks = { item: OfferedItem; quantity: number }[];

/** Every selection of one set, in the slow and obvious way. */
function selectionsOf({ items: offered, minQuantity, maxQuantity }: OfferedSet): Picks[] {
  const all = offered.reduce<Picks[]>(
    (sofar, one) =>
      sofar.flatMap((picks) =>
        Array.from({ length: 1 + (one.maxQuantity ?? maxQuantity) }, (_, quantity) => [
          ...picks,
          { item: one, quantity },
        ]),
      ),
    [[]],
  );
  const unitsOf = (picks: Picks) => picks.reduce((units, { quantity }) => units + quantity, 0);
  return all.filter((picks) => unitsOf(picks) >= minQuantity && unitsOf(picks) <= maxQuantity);
}

/** The prices of every selection of the bundle that chooses anything. */
function allPrices(pricing: BundlePricing, offered: readonly OfferedSet[]): number[] {
  const whole = offered.reduce<Picks[]>(
    (sofar, one) => sofar.flatMap((picks) => selectionsOf(one).map((more) => [...picks, ...more])),
    [[]],
  );
  return whole
    .map((picks) => picks.filter(({ quantity }) => quantity > 0))
    .filter((picks) => picks.length > 0)
    .map((picks) => {
      const components = picks.map((pick) => ({ ...pick.item, quantity: pick.quantity }) as object as BundleComponent);
      return priceBundle(
        { bundleId: '', quantity: 1, pricing, components },
        picks.map((pick) => pick.item.price),
      ).unitPrice;
    });
}

describe('the price range of a bundle', () => {
  it('is from the cheapest to the dearest choice', () => {
    const offered = [set(1, 2, [item(100), item(300, { maxQuantity: 1 })]), set(0, 1, [item(50, { surcharge: 20 })])];
    expect(priceRange({ kind: 'sum' }, offered)).to.deep.equal({ cheapest: 100, dearest: 470 });
    expect(priceRange({ kind: 'fixed', price: 250 }, offered)).to.deep.equal({ cheapest: 250, dearest: 270 });
    expect(priceRange({ kind: 'percent-off', percent: 10 }, offered)).to.deep.equal({ cheapest: 90, dearest: 425 });
    expect(priceRange({ kind: 'amount-off', amount: 150 }, offered)).to.deep.equal({ cheapest: 0, dearest: 320 });
  });

  it('counts what price lists ask from several units on', () => {
    const cheaper = { steps: [{ from: 2, price: 60 }] };
    const pair = [set(2, 2, [item(100, cheaper)])];
    expect(priceRange({ kind: 'sum' }, pair)).to.deep.equal({ cheapest: 120, dearest: 120 });
    expect(priceRange({ kind: 'percent-off', percent: 10 }, pair)).to.deep.equal({ cheapest: 108, dearest: 108 });
    const either = [set(2, 2, [item(100, cheaper), item(90)])];
    expect(priceRange({ kind: 'sum' }, either)).to.include({ cheapest: 120 });
    expect(priceRange({ kind: 'sum' }, [set(1, 2, [item(100, cheaper)])])).to.deep.equal({
      cheapest: 100,
      dearest: 120,
    });
  });

  it('is not there when nothing valid can be chosen, or when it is beyond what can be counted', () => {
    expect(priceRange({ kind: 'sum' }, [set(3, 3, [item(1, { maxQuantity: 2 })])])).to.equal(null);
    expect(priceRange({ kind: 'sum' }, [set(0, 3, [])])).to.equal(null);
    expect(priceRange({ kind: 'sum' }, [])).to.equal(null);
    expect(priceRange({ kind: 'sum' }, [set(1, 1_000, [item(2 ** 50)])])).to.equal(null);
  });

  it('is that of all selections, tried one by one', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(bundles, pricings, (offered, pricing) => {
        const prices = allPrices(pricing, offered);
        const range = priceRange(pricing, offered);
        if (prices.length === 0) {
          expect(range).to.equal(null);
          return;
        }
        const [least, most] = [Math.min(...prices), Math.max(...prices)];
        if (!range) throw new Error('there are selections, but no range');
        expect(prices).to.include(range.cheapest).and.to.include(range.dearest);
        const rounding = pricing.kind === 'percent-off' ? 1 : 0;
        expect(range.dearest).to.be.within(most - rounding, most);
        if (pricing.kind !== 'amount-off') expect(range.cheapest).to.be.within(least, least + rounding);
      }),
      { numRuns: RUNS },
    );
  });
});

/** How often one set can be filled when every bundle may be filled otherwise: all ways are tried. */
function slowly(of: OfferedSet): number {
  const ways = selectionsOf({ ...of, maxQuantity: of.minQuantity });
  const known = new Map<string, number>();
  const most = (left: readonly number[]): number => {
    const found = known.get(left.join());
    if (found !== undefined) return found;
    const after = ways.map((picks) => left.map((units, place) => units - (picks[place]?.quantity ?? 0)));
    const counts = after.filter((rest) => rest.every((units) => units >= 0)).map((rest) => 1 + most(rest));
    known.set(left.join(), Math.max(0, ...counts));
    return known.get(left.join()) ?? 0;
  };
  return most(of.items.map(({ available }) => available));
}

describe('how many of a bundle can be bought', () => {
  it('follows the set that runs out first', () => {
    const plenty = set(1, 2, [item(1, { available: 99 })]);
    expect(buyable([plenty, set(2, 2, [item(2, { available: 5 }), item(3, { available: 1 })])])).to.equal(3);
    expect(
      buyable([plenty, set(2, 2, [item(2, { available: 5, maxQuantity: 1 }), item(3, { available: 2 })])]),
    ).to.equal(2);
    expect(buyable([plenty, set(1, 1, [item(2, { available: 0 })])])).to.equal(0);
    expect(buyable([set(0, 2, [item(2, { available: 4 })])])).to.equal(4);
    expect(buyable([])).to.equal(0);
  });

  it('is as many as can be filled one by one', () => {
    fc.assert(
      fc.property(
        sets.filter(({ minQuantity }) => minQuantity > 0),
        (one) => {
          expect(buyable([one])).to.equal(slowly(one));
        },
      ),
      { numRuns: RUNS },
    );
  });
});
