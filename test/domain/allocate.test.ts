import { expect } from 'chai';
import fc from 'fast-check';
import { allocate } from '../../src/domain/money/allocate.ts';
import { sum } from '../../src/domain/money/money.ts';
import { RUNS } from './arbitraries.ts';

describe('allocate', () => {
  it('gives what is left to the largest remainders', () => {
    expect(allocate(100, [1, 1, 1])).to.deep.equal([34, 33, 33]);
    expect(allocate(100, [50, 30, 20])).to.deep.equal([50, 30, 20]);
    expect(allocate(10, [6, 3, 2])).to.deep.equal([5, 3, 2]); // exact 5.45, 2.73, 1.82
  });

  it('shares equally when no weight says otherwise, mirrors negative totals, knows nobody', () => {
    expect(allocate(5, [0, 0, 0])).to.deep.equal([2, 2, 1]);
    expect(allocate(-100, [1, 1, 1])).to.deep.equal([-34, -33, -33]);
    expect(allocate(0, [])).to.deep.equal([]);
    expect(() => allocate(1, [])).to.throw(RangeError);
    expect(() => allocate(1, [2, -1])).to.throw(RangeError);
    expect(() => allocate(1, [0.5])).to.throw(RangeError);
  });

  const weights = fc.array(fc.oneof(fc.nat(3), fc.nat(1_000_000), fc.nat(Number.MAX_SAFE_INTEGER)), { minLength: 1 });
  const exactShare = (total: number, shares: readonly number[], index: number): [bigint, bigint] => [
    BigInt(total) * BigInt(shares[index] ?? 0),
    shares.reduce((whole, weight) => whole + BigInt(weight), 0n),
  ];

  it('adds up to the whole, each part within one paisa of its exact share', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), weights, (total, given) => {
        const parts = allocate(total, given);
        const shares = given.every((weight) => weight === 0) ? given.map(() => 1) : given;
        expect(sum(parts)).to.equal(total);
        parts.forEach((part, index) => {
          const [numerator, denominator] = exactShare(total, shares, index);
          const difference = BigInt(part) * denominator - numerator;
          expect(difference < denominator && difference > -denominator).to.equal(true);
        });
      }),
      { numRuns: RUNS },
    );
  });

  it('gives nothing to a weight of zero and never less to a greater weight', () => {
    fc.assert(
      fc.property(fc.nat(1e9), weights, (total, given) => {
        fc.pre(given.some((weight) => weight > 0));
        const parts = allocate(total, given);
        const ordered = given.map((weight, i) => ({ weight, part: parts[i] ?? 0 })).sort((a, b) => a.weight - b.weight);
        ordered.forEach(({ weight, part }, i) => {
          if (weight === 0) expect(part).to.equal(0);
          const next = ordered[i + 1];
          if (next && next.weight > weight) expect(next.part).to.be.at.least(part);
        });
      }),
      { numRuns: RUNS },
    );
  });

  it('does the same in small numbers as in great ones', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.array(fc.nat(1e6), { minLength: 1 }), (total, given) => {
        // Weights a million million times as large take the exact path for big numbers.
        const scaled = given.map((weight) => weight * 2 ** 32);
        expect(allocate(total, scaled)).to.deep.equal(allocate(total, given));
      }),
      { numRuns: RUNS },
    );
  });
});
