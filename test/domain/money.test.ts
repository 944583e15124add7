import { expect } from 'chai';
import { add, formatInr, money, multiply, subtract, sum } from '../../src/domain/money/money.ts';

describe('money', () => {
  it('adds, subtracts and multiplies in one currency', () => {
    expect(add(money(150, 'INR'), money(75, 'INR'))).to.deep.equal({ amount: 225, currency: 'INR' });
    expect(subtract(money(150, 'INR'), money(75, 'INR'))).to.deep.equal({ amount: 75, currency: 'INR' });
    expect(multiply(money(150, 'INR'), 3)).to.deep.equal({ amount: 450, currency: 'INR' });
  });

  it('refuses to mix currencies', () => {
    expect(() => add(money(1, 'INR'), money(1, 'USD'))).to.throw(TypeError, 'INR and USD');
    expect(() => subtract(money(1, 'INR'), money(1, 'USD'))).to.throw(TypeError);
  });

  it('refuses fractions, overflow and words that are no currency', () => {
    expect(() => money(1.5, 'INR')).to.throw(RangeError);
    expect(() => money(Number.NaN, 'INR')).to.throw(RangeError);
    expect(() => multiply(money(1, 'INR'), 0.5)).to.throw(RangeError);
    expect(() => multiply(money(2 ** 40, 'INR'), 2 ** 20)).to.throw(RangeError);
    expect(() => add(money(Number.MAX_SAFE_INTEGER, 'INR'), money(1, 'INR'))).to.throw(RangeError);
    expect(() => sum([Number.MAX_SAFE_INTEGER, 1])).to.throw(RangeError);
    expect(() => money(1, 'rupees')).to.throw(RangeError);
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(money(1, 'INR'))).to.equal(true);
  });

  it('survives JSON, also as nothing times a negative', () => {
    const nothing = multiply(money(0, 'INR'), -1);
    expect(Object.is(nothing.amount, 0)).to.equal(true);
    expect(JSON.parse(JSON.stringify(nothing))).to.deep.equal(nothing);
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
