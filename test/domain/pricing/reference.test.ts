import { expect } from 'chai';
import fc from 'fast-check';
import type { Goods, PricingInputs } from '../../../src/domain/pricing/inputs.ts';
import { priceCart } from '../../../src/domain/pricing/price-cart.ts';
import { RUNS } from '../arbitraries.ts';
import { smallCarts } from './carts.ts';
import { cheapest, type ReferenceLine } from './reference.ts';

/** The lines before discounts, as the engine leaves them when there are none. */
function linesOf(inputs: PricingInputs): { lines: ReferenceLine[]; shipping: number } {
  const plain = priceCart({ ...inputs, discounts: [] });
  const goods: (Goods & { setId?: string })[] = [...inputs.lines, ...inputs.bundles.flatMap((one) => one.components)];
  const lines = plain.lines.map(({ quantity, lineTotal, bundle }, place) => {
    const { variantId = '', productId = '', collectionIds = [], taxRates = [], setId = '' } = goods[place] ?? {};
    return {
      variantId,
      productId,
      collectionIds,
      taxRates,
      quantity,
      amount: lineTotal,
      isInBundle: bundle !== undefined,
      bundle,
      setId,
    };
  });
  return { lines, shipping: plain.shipping?.price ?? 0 };
}

describe('the choice of discounts', function () {
  this.timeout(60_000);

  it('is that of trying every legal combination', () => {
    const few = smallCarts.filter(({ lines, bundles }) => {
      // Units are counted one by one, and of two alike components it is open which gets an odd paisa.
      const components = bundles.flatMap((bundle) => bundle.components.map(({ variantId }) => variantId));
      return lines.every(({ quantity }) => quantity <= 12) && new Set(components).size === components.length;
    });
    let choices = 0;
    fc.assert(
      fc.property(few, (inputs) => {
        const { lines, shipping } = linesOf(inputs);
        const expected = cheapest(inputs, lines, shipping);
        const { discounts, totals } = priceCart(inputs);
        expect(discounts.map(({ id }) => id)).to.deep.equal(expected.chosen);
        expect(totals.total).to.equal(expected.total);
        if (expected.chosen.length > 1) choices += 1;
      }),
      { numRuns: 2 * RUNS },
    );
    expect(choices, 'carts in which several discounts met').to.be.above(RUNS / 20);
  });
});
