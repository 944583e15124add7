import fc from 'fast-check';
import { INDIAN_SUBDIVISIONS } from '../../src/domain/tax/india.ts';

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
