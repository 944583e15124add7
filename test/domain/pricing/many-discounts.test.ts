import { expect } from 'chai';
import fc from 'fast-check';
import type { DiscountInput, PricingInputs } from '../../../src/domain/pricing/inputs.ts';
import { priceCart } from '../../../src/domain/pricing/price-cart.ts';
import { RUNS } from '../arbitraries.ts';
import { discountOf, smallCarts } from './carts.ts';

const totalWith = (inputs: PricingInputs, discounts: readonly DiscountInput[]): number =>
  priceCart({ ...inputs, discounts }).totals.total;

/** Carts with so many discounts that may all be combined, each in a lane of its own or in one of two. */
const crowded = (least: number, most: number, lane: (place: number) => string | null): fc.Arbitrary<PricingInputs> =>
  fc
    .tuple(smallCarts, fc.array(discountOf({ isOpen: true }), { minLength: least, maxLength: most }))
    .map(([cart, discounts]) => ({
      ...cart,
      pricesIncludeTax: true,
      discounts: discounts.map((one, place) => {
        const id = `discount-${String(place).padStart(2, '0')}`;
        return { ...one, id, stacking: 'stackable' as const, stackGroup: lane(place) };
      }),
    }));

describe('a cart with very many discounts', function () {
  this.timeout(60_000);

  it('never gets dearer by one of them, as long as there are no more than 4,096 combinations', () => {
    // At most 2^7 × 4 × 4 of them.
    const most = crowded(8, 13, (place) => (place % 2 === 0 ? null : `lane-${place % 4}`));
    fc.assert(
      fc.property(most, fc.nat(12), (inputs, place) => {
        const others = inputs.discounts.filter((_, index) => index !== place);
        expect(totalWith(inputs, inputs.discounts)).to.be.at.most(totalWith(inputs, others));
      }),
      { numRuns: RUNS },
    );
  });

  it('beyond that has a legal choice, the same in whatever order they come, and no dearer than any of them alone', () => {
    const beyond = crowded(13, 18, (place) => (place < 16 ? null : 'lane'));
    fc.assert(
      fc.property(beyond, (inputs) => {
        const output = priceCart(inputs);
        const chosen = output.discounts.map(({ id }) => inputs.discounts.find((one) => one.id === id)?.stackGroup);
        expect(chosen.filter((lane) => lane === 'lane')).to.have.length.at.most(1);
        expect(priceCart({ ...inputs, discounts: inputs.discounts.toReversed() })).to.deep.equal(output);
        for (const one of inputs.discounts) {
          expect(output.totals.total).to.be.at.most(totalWith(inputs, [one]));
        }
      }),
      { numRuns: RUNS / 4 },
    );
  });
});
