import { expect } from 'chai';
import { formatInr, minorUnits, sum, times } from '../../src/domain/money/money.ts';

describe('amounts of money', () => {
  it('are whole, and stay exact or throw', () => {
    expect(sum([150, 75, -25])).to.equal(200);
    expect(times(150, 3)).to.equal(450);
    for (const value of [1.5, Number.NaN, 2 ** 53]) expect(() => minorUnits(value)).to.throw(RangeError);
    expect(() => times(1, 0.5)).to.throw(RangeError);
    expect(() => times(2 ** 40, 2 ** 20)).to.throw(RangeError);
    expect(() => sum([Number.MAX_SAFE_INTEGER, 1])).to.throw(RangeError);
  });

  it('survive JSON, also as nothing times a negative', () => {
    const nothing = times(0, -1);
    expect(Object.is(nothing, 0)).to.equal(true);
    expect(JSON.parse(JSON.stringify(nothing))).to.equal(nothing);
  });
});

describe('formatInr', () => {
  it('groups the Indian way', () => {
    expect(formatInr(12345678)).to.equal('₹1,23,456.78');
    expect(formatInr(1_00_00_000_05)).to.equal('₹1,00,00,000.05');
    expect(formatInr(0)).to.equal('₹0.00');
    expect(formatInr(-4_999_50)).to.equal('-₹4,999.50');
    expect(formatInr(Number.MAX_SAFE_INTEGER)).to.equal('₹9,00,71,99,25,47,409.91');
  });
});
