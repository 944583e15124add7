import { expect } from 'chai';
import fc from 'fast-check';
import { roundHalfUpDivide } from '../../src/domain/money/rounding.ts';
import { amounts, RUNS } from './arbitraries.ts';

describe('roundHalfUpDivide', () => {
  it('rounds halves up, and mirrors them below zero', () => {
    expect([1, 2, 3, 5].map((n) => roundHalfUpDivide(n, 2))).to.deep.equal([1, 1, 2, 3]);
    expect(roundHalfUpDivide(-1, 2)).to.equal(-1);
    expect(roundHalfUpDivide(1, 3)).to.equal(0);
    expect(Object.is(roundHalfUpDivide(-1, 3), 0)).to.equal(true);
  });

  it('refuses a denominator of zero and results that are no safe number', () => {
    expect(() => roundHalfUpDivide(1, 0)).to.throw(RangeError);
    expect(() => roundHalfUpDivide(1, -2)).to.throw(RangeError);
    expect(() => roundHalfUpDivide(2n ** 60n, 1)).to.throw(RangeError);
    expect(() => roundHalfUpDivide(1.5, 2)).to.throw(RangeError);
  });

  it('is exact, with numbers as with bigints', () => {
    fc.assert(
      fc.property(amounts(Number.MAX_SAFE_INTEGER), fc.integer({ min: 1, max: 1e15 }), (numerator, denominator) => {
        const rounded = roundHalfUpDivide(numerator, denominator);
        expect(roundHalfUpDivide(BigInt(numerator), BigInt(denominator))).to.equal(rounded);
        const twiceOff = 2n * (BigInt(numerator) - BigInt(rounded) * BigInt(denominator));
        expect(twiceOff >= -BigInt(denominator) && twiceOff < BigInt(denominator)).to.equal(true);
      }),
      { numRuns: RUNS },
    );
  });
});
