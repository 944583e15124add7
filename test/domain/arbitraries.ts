import fc from 'fast-check';
import { GST_CLASSES } from '../../src/domain/gst-classes.ts';
import { INDIAN_SUBDIVISIONS } from '../../src/domain/india.ts';
import type { LineInput, PricingInputs } from '../../src/domain/pricing.ts';

/** How often a property is tried. */
export const RUNS = 1_000;

/** Minor units from nothing to `max`, small ones as often as great ones. */
export const amounts = (max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.nat(Math.min(200, max)), fc.nat(Math.min(1_000_000, max)), fc.nat(max));

/** Any percent that a law could invent, with up to four decimals. */
export const percents: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('0', '0.25', '3', '5', '12', '18', '28', '40'),
  fc.tuple(fc.nat(999), fc.nat(9999)).map(([whole, part]) => `${whole}.${String(part).padStart(4, '0')}`),
);

export const states: fc.Arbitrary<string> = fc.constantFrom(...INDIAN_SUBDIVISIONS.map(({ code }) => code));

const gstClasses = GST_CLASSES.map(({ rates }) => rates);
const invented = percents.map((percent) => [{ validFrom: '2020-01-01T00:00:00Z', minUnitPrice: 0, percent }]);

export const lines: fc.Arbitrary<LineInput> = fc.record({
  variantId: fc.uuid({ version: 7 }),
  quantity: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 10_000 })),
  unitPrice: amounts(100_000_000),
  hsn: fc.constantFrom('6109', '640399', '85183000', '4901'),
  taxRates: fc.oneof(fc.constantFrom(...gstClasses), invented),
});

export const carts: fc.Arbitrary<PricingInputs> = fc.record({
  currency: fc.constant('INR'),
  at: fc
    .date({ min: new Date('2021-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  pricesIncludeTax: fc.boolean(),
  sellerState: fc.constantFrom('IN-KA', 'IN-MH'),
  placeOfSupply: fc.option(states),
  lines: fc.array(lines, { maxLength: 12 }),
});
