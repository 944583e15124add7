import { expect } from 'chai';
import fc from 'fast-check';
import { type BundleOffer, selectionProblem } from '../../../../src/domain/pricing/bundles/selection.ts';
import { bundleContradictions } from '../../../../src/domain/pricing/contradictions/bundle.ts';
import {
  type Contradiction,
  ruleContradictions,
  selectionContradictions,
  windowContradictions,
} from '../../../../src/domain/pricing/contradictions/contradiction.ts';
import { type DiscountTerms, discountContradictions } from '../../../../src/domain/pricing/contradictions/discount.ts';
import { zoneContradictions } from '../../../../src/domain/pricing/contradictions/zone.ts';
import type { DiscountInput, PricingRuleInput, ShippingZone } from '../../../../src/domain/pricing/inputs.ts';
import { priceCart } from '../../../../src/domain/pricing/price-cart.ts';
import { RUNS } from '../../arbitraries.ts';
import { discountOf, NOTHING, smallCarts } from '../carts.ts';

const places = (found: readonly Contradiction[]): string[] => found.map(({ where }) => where);
const shirt = { ...NOTHING, variantIds: ['shirt'] };

describe('a time window and a selection', () => {
  it('contradict themselves when nothing is left of them', () => {
    const [early, late] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00+05:30'];
    expect(windowContradictions({ startsAt: early, endsAt: late })).to.deep.equal([]);
    expect(windowContradictions({ startsAt: null, endsAt: early })).to.deep.equal([]);
    expect(windowContradictions({ startsAt: late, endsAt: early })).to.have.length(1);
    expect(windowContradictions({ startsAt: early, endsAt: early })).to.deep.equal([
      { where: 'endsAt', problem: 'is not after startsAt', expected: `later than ${early}` },
    ]);
    expect(selectionContradictions({ include: shirt, exclude: shirt })).to.have.length(1);
    expect(selectionContradictions({ include: NOTHING, exclude: shirt })).to.deep.equal([]);
    const both = { ...NOTHING, variantIds: ['shirt', 'shawl'] };
    expect(selectionContradictions({ include: both, exclude: shirt })).to.deep.equal([]);
  });
});

describe('a rule', () => {
  it('contradicts itself when no quantity is within its limits', () => {
    const rule: Omit<PricingRuleInput, 'id'> = {
      ...{ name: 'Three or more', priority: 0, isFinal: false, groupIds: [], include: NOTHING, exclude: NOTHING },
      ...{ startsAt: null, endsAt: null, action: { kind: 'fixed-price', price: 0 } },
      ...{ minQuantity: 3, maxQuantity: 2 },
    };
    expect(places(ruleContradictions(rule))).to.deep.equal(['maxQuantity']);
    for (const maxQuantity of [3, null]) expect(ruleContradictions({ ...rule, maxQuantity })).to.deep.equal([]);
  });
});

describe('a discount', () => {
  const [plain] = fc.sample(discountOf({ isOpen: true }), { numRuns: 1, seed: 1 });
  const terms = (over: Partial<DiscountTerms>): DiscountTerms => ({
    ...(plain as DiscountInput),
    ...{
      include: NOTHING,
      exclude: NOTHING,
      stacking: 'stackable',
      stackGroup: null,
      offer: { kind: 'free-shipping' },
    },
    ...{ maxUses: null, maxUsesPerCustomer: null, firstOrderOnly: false },
    ...over,
  });

  it('contradicts itself in each of these ways, and in no other of them', () => {
    const found = (over: Partial<DiscountTerms>) => places(discountContradictions(terms(over)));
    expect(found({})).to.deep.equal([]);
    expect(found({ stacking: 'exclusive', stackGroup: 'lane' })).to.deep.equal(['stackGroup']);
    expect(found({ maxUses: 2, maxUsesPerCustomer: 3 })).to.deep.equal(['maxUsesPerCustomer']);
    expect(found({ maxUses: 2, maxUsesPerCustomer: 2 })).to.deep.equal([]);
    expect(found({ firstOrderOnly: true, maxUsesPerCustomer: 2 })).to.deep.equal(['maxUsesPerCustomer']);
    expect(found({ firstOrderOnly: true, maxUsesPerCustomer: 1 })).to.deep.equal([]);
    const gone = { include: shirt, exclude: shirt, quantity: 1 };
    const all = { include: NOTHING, exclude: NOTHING, quantity: 1 };
    const free = { kind: 'buy-x-get-y', percent: 100, maxApplications: null } as const;
    expect(found({ offer: { ...free, buy: gone, get: all } })).to.deep.equal(['offer.buy.exclude']);
    expect(found({ offer: { ...free, buy: all, get: gone } })).to.deep.equal(['offer.get.exclude']);
    const tier = (from: number) => ({ from, reduction: { kind: 'amount' as const, amount: 100 } });
    const tiers = [tier(0), tier(3), tier(3), tier(4)];
    expect(found({ offer: { kind: 'tiered', by: 'quantity', tiers } })).to.deep.equal([
      'offer.tiers[0].from',
      'offer.tiers[2].from',
    ]);
  });

  it('whose goods or window contradict themselves counts in no cart', () => {
    let contradictory = 0;
    fc.assert(
      fc.property(smallCarts, discountOf({ isOpen: false }), (cart, discount) => {
        const found = places([...windowContradictions(discount), ...selectionContradictions(discount)]);
        if (found.length === 0) return;
        contradictory += 1;
        const { discounts } = priceCart({ ...cart, discounts: [{ ...discount, code: null, isEnabled: true }] });
        // A discount off the whole cart is for whatever is in it, once its goods are there: they never are.
        expect(discounts).to.deep.equal([]);
      }),
      { numRuns: 3 * RUNS },
    );
    expect(contradictory).to.be.above(50);
  });
});

describe('a bundle', () => {
  const item = fc.record({
    variantId: fc.constantFrom('a', 'b', 'c'),
    maxQuantity: fc.constantFrom(null, 1, 2),
    surcharge: fc.constant(0),
  });
  const set = (id: string) =>
    fc.record({
      id: fc.constant(id),
      title: fc.constant(id),
      minQuantity: fc.nat(4),
      maxQuantity: fc.integer({ min: 1, max: 4 }),
      items: fc.uniqueArray(item, { selector: ({ variantId }) => variantId, maxLength: 3 }),
    });
  const sets = fc.tuple(set('one'), set('two'));
  const inactive = fc.subarray(['a', 'b', 'c']).map((ids) => new Set(ids));

  /** Every selection of units of a set that is on sale. */
  function* selections(items: BundleOffer['sets'][number]['items'], most: number): Generator<Record<string, number>> {
    const [first, ...others] = items;
    if (!first) return yield {};
    for (let units = 0; units <= most; units++) {
      for (const rest of selections(others, most)) yield { ...rest, ...(units > 0 && { [first.variantId]: units }) };
    }
  }

  const canFill = (one: BundleOffer['sets'][number], gone: ReadonlySet<string>): boolean => {
    const offer: BundleOffer = {
      ...{ id: '', slug: '', title: '' },
      isOnSale: true,
      pricing: { kind: 'sum' },
      sets: [one],
    };
    const onSale = one.items.filter(({ variantId }) => !gone.has(variantId));
    return [...selections(onSale, 4)].some((chosen) => {
      const items = Object.entries(chosen).map(([variantId, quantity]) => ({ variantId, quantity }));
      return selectionProblem(offer, [{ setId: one.id, items }]) === null;
    });
  };

  it('is refused when a set can never be filled, and is not when all of them can', () => {
    let [refused, allowed] = [0, 0];
    fc.assert(
      fc.property(sets, inactive, (both, gone) => {
        const found = places(bundleContradictions(both, gone));
        for (const [place, one] of both.entries()) {
          const mine = found.filter((where) => where.startsWith(`sets[${place}]`));
          if (!canFill(one, gone)) expect(mine).not.to.deep.equal([]);
          else if (one.items.length > 0) expect(mine).to.deep.equal([]);
          if (mine.length > 0) refused += 1;
          else allowed += 1;
        }
      }),
      { numRuns: RUNS },
    );
    expect(Math.min(refused, allowed)).to.be.above(RUNS / 10);
  });

  it('needs a set, and each variant once in it', () => {
    expect(places(bundleContradictions([], new Set()))).to.deep.equal(['sets']);
    const twice = [1, 2].map(() => ({ variantId: 'a', maxQuantity: null, surcharge: 0 }));
    const doubled = { title: 'Two', minQuantity: 1, maxQuantity: 2, items: twice };
    expect(places(bundleContradictions([doubled], new Set()))).to.deep.equal(['sets[0].items']);
  });
});

describe('a zone', () => {
  const rate = { fromWeightGrams: 0, fromSubtotal: 0, price: 5_000 };
  const zone = (states: string[], rates = [rate]): ShippingZone => ({
    name: 'Zone',
    states,
    maxWeightGrams: null,
    rates,
  });

  it('contradicts itself when it is never reached, or has no rate for a small order', () => {
    expect(zoneContradictions([zone(['IN-KA']), zone([])])).to.deep.equal([]);
    expect(places(zoneContradictions([zone([]), zone(['IN-KA'])]))).to.deep.equal(['zones[1]']);
    expect(places(zoneContradictions([zone(['IN-KA', 'IN-MH']), zone(['IN-MH'])]))).to.deep.equal(['zones[1]']);
    expect(zoneContradictions([zone(['IN-KA']), zone(['IN-KA', 'IN-MH'])])).to.deep.equal([]);
    expect(places(zoneContradictions([zone([], [rate, rate])]))).to.deep.equal(['zones[0].rates']);
    expect(places(zoneContradictions([zone([], [{ ...rate, fromSubtotal: 1 }])]))).to.deep.equal(['zones[0].rates']);
  });
});
