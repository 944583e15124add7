import { expect } from 'chai';
import fc from 'fast-check';
import { GST_CLASSES } from '../../src/domain/tax/gst-classes.ts';
import {
  compareRates,
  exclusiveTax,
  gstOn,
  highestRate,
  inclusiveTax,
  plainPercent,
  rateFor,
  type TaxRate,
} from '../../src/domain/tax/tax.ts';
import { amounts, percents, RUNS } from './arbitraries.ts';

const ratesOf = (code: string) => GST_CLASSES.find((taxClass) => taxClass.code === code)?.rates ?? [];
const now = '2026-11-01T06:00:00Z';

/** The rate of one unit at a price with the tax inside, or without tax. */
const inside = (rates: readonly TaxRate[], amount: number, at: string) =>
  rateFor(rates, { amount, quantity: 1, isTaxInside: true }, at);
const onTop = (rates: readonly TaxRate[], amount: number, at: string) =>
  rateFor(rates, { amount, quantity: 1, isTaxInside: false }, at);

/** A percent in ten-thousandths of one percent. */
function scaled(percent: string): bigint {
  const [whole = '0', fraction = ''] = percent.split('.');
  return BigInt(whole) * 10_000n + BigInt(fraction.padEnd(4, '0'));
}

describe('tax rates over time and price', () => {
  // The reform counts from 22 September in India, which begins at 18:30 of the 21st in UTC.
  const lastInstant = '2025-09-21T18:29:59.999Z';
  const firstInstant = '2025-09-21T18:30:00.000Z';

  it('change at midnight in India', () => {
    expect(inside(ratesOf('demerit'), 5_000, lastInstant)).to.equal('28');
    expect(inside(ratesOf('demerit'), 5_000, firstInstant)).to.equal('40');
    expect(inside(ratesOf('reduced'), 5_000, lastInstant)).to.equal('12');
    expect(inside(ratesOf('reduced'), 5_000, firstInstant)).to.equal('5');
    expect(inside(ratesOf('standard'), 5_000, lastInstant)).to.equal('18');
    expect(inside(ratesOf('standard'), 5_000, firstInstant)).to.equal('18');
  });

  it('read an instant in any notation', () => {
    expect(inside(ratesOf('demerit'), 5_000, '2025-09-21T23:59:59.999+05:30')).to.equal('28');
    expect(inside(ratesOf('demerit'), 5_000, '2025-09-22T00:00:00+05:30')).to.equal('40');
  });

  it('step with the value of a unit without tax: apparel up to and above the limit of its day', () => {
    const apparel = ratesOf('apparel');
    expect(onTop(apparel, 1_000_00, lastInstant)).to.equal('5');
    expect(onTop(apparel, 1_000_01, lastInstant)).to.equal('12');
    expect(onTop(apparel, 2_500_00, firstInstant)).to.equal('5');
    expect(onTop(apparel, 2_500_01, firstInstant)).to.equal('18');
    expect(onTop(apparel, 0, firstInstant)).to.equal('5');
  });

  it('look for the value inside a price with tax, at the rate of each slab', () => {
    const [apparel, footwear] = [ratesOf('apparel'), ratesOf('footwear')];
    expect(inside(apparel, 1_050_00, lastInstant)).to.equal('5');
    expect(inside(apparel, 1_050_01, lastInstant)).to.equal('12');
    expect(inside(apparel, 2_600_00, firstInstant)).to.equal('5');
    expect(inside(apparel, 2_625_00, firstInstant)).to.equal('5');
    // Worth more than 2,500 at 5 % and less at 18 %: no rate agrees with itself up to 2,950.
    expect(inside(apparel, 2_625_01, firstInstant)).to.equal('18');
    expect(inside(apparel, 2_950_01, firstInstant)).to.equal('18');
    expect(inside(footwear, 1_120_00, lastInstant)).to.equal('12');
    expect(inside(footwear, 1_120_01, lastInstant)).to.equal('18');
    expect(inside(apparel, 0, firstInstant)).to.equal('5');
  });

  it('go by the exact value of one of several units: a fraction of a paisa above the limit exceeds it', () => {
    const rateOf = (amount: number, quantity: number, isTaxInside: boolean) =>
      rateFor(ratesOf('apparel'), { amount, quantity, isTaxInside }, now);
    expect(rateOf(5_000_00, 2, false)).to.equal('5');
    expect(rateOf(5_000_01, 2, false)).to.equal('18');
    expect(rateOf(5_250_00, 2, true)).to.equal('5');
    expect(rateOf(5_250_01, 2, true)).to.equal('18');
    expect(rateOf(Number.MAX_SAFE_INTEGER, 10_000, true)).to.equal('18');
  });

  it('are consistent with the value that they lead to, wherever a rate is', () => {
    const slabs = fc.uniqueArray(fc.record({ from: fc.nat(5_000_00), percent: percents }), {
      selector: ({ from }) => from,
      maxLength: 3,
    });
    const sold = fc.record({ amount: amounts(30_000_00), quantity: fc.integer({ min: 1, max: 12 }) });
    fc.assert(
      fc.property(slabs, percents, sold, fc.boolean(), (upper, lowest, { amount, quantity }, isTaxInside) => {
        const steps = [{ from: 0, percent: lowest }, ...upper.filter(({ from }) => from > 0)];
        steps.sort((a, b) => a.from - b.from);
        const rates = steps.map(({ from, percent }) => ({ validFrom: '2020-01-01', minUnitPrice: from, percent }));
        const rate = rateFor(rates.toReversed(), { amount, quantity, isTaxInside }, now);
        // Values of one unit as fractions of 10,000 per percent: amount × 10⁶ / (quantity × (10⁶ + rate)).
        const over = (percent: string) => BigInt(quantity) * (isTaxInside ? 1_000_000n + scaled(percent) : 1_000_000n);
        const consistent = rates.filter(({ minUnitPrice, percent }, place) => {
          const value = BigInt(amount) * 1_000_000n;
          const limit = rates[place + 1];
          const isLow = !limit || value <= BigInt(limit.minUnitPrice - 1) * over(percent);
          return isLow && (place === 0 || value > BigInt(minUnitPrice - 1) * over(percent));
        });
        const [first] = consistent;
        if (first) expect(plainPercent(first.percent)).to.equal(rate);
        else expect(rates.slice(1).map(({ percent }) => plainPercent(percent))).to.include(rate);
      }),
      { numRuns: 5 * RUNS },
    );
  });

  it('drop old steps with a new date, also where the new one has fewer', () => {
    const rates = [
      { validFrom: '2020-01-01T00:00:00Z', minUnitPrice: 0, percent: '5' },
      { validFrom: '2020-01-01T00:00:00Z', minUnitPrice: 100_01, percent: '12' },
      { validFrom: '2025-01-01T00:00:00Z', minUnitPrice: 0, percent: '7.5' },
    ];
    expect(inside(rates, 500_00, '2024-12-31T23:59:59Z')).to.equal('12');
    expect(inside(rates, 500_00, '2025-01-01T00:00:00Z')).to.equal('7.5');
    expect(inside([...rates].reverse(), 500_00, '2024-12-31T23:59:59Z')).to.equal('12');
  });

  it('are refused when there is none, and when percent or instant is none', () => {
    expect(() => inside(ratesOf('standard'), 1, '2001-01-01T00:00:00Z')).to.throw(RangeError);
    expect(() => inside([], 1, now)).to.throw(RangeError);
    expect(() => inside(ratesOf('standard'), 1, 'yesterday')).to.throw(RangeError);
    for (const wrong of ['-5', '5,5', '', '1e2', '.5', '5.']) expect(() => plainPercent(wrong)).to.throw(RangeError);
  });

  it('cover every price of every class since 2020', () => {
    for (const { code, rates } of GST_CLASSES) {
      for (const at of ['2020-04-01T00:00:00Z', lastInstant, firstInstant, now]) {
        expect(() => inside(rates, 0, at), code).not.to.throw();
      }
    }
  });

  it('are written one way, however the database pads them', () => {
    expect(['18.0000', '018', '0.2500', '0', '0.0'].map(plainPercent)).to.deep.equal(['18', '18', '0.25', '0', '0']);
  });
});

describe('tax of an amount', () => {
  it('lies inside a price with tax', () => {
    expect(inclusiveTax(499_00, '18')).to.equal(76_12); // 7611.86
    expect(inclusiveTax(999_00, '5')).to.equal(47_57); // 4757.14
    expect(inclusiveTax(105, '5')).to.equal(5); // 5 exactly
    expect(inclusiveTax(3, '100')).to.equal(2); // 1.5 up
    expect(inclusiveTax(100_00, '0')).to.equal(0);
    expect(inclusiveTax(100_25, '0.25')).to.equal(25);
  });

  it('comes on top of a price without', () => {
    expect(exclusiveTax(499_00, '18')).to.equal(89_82);
    expect(exclusiveTax(50, '5')).to.equal(3); // 2.5 up
    expect(exclusiveTax(49, '5')).to.equal(2); // 2.45
    expect(exclusiveTax(1_000_00, '0.25')).to.equal(2_50);
  });

  it('is the exact tax rounded once, halves up', () => {
    const isRounded = (tax: number, numerator: bigint, denominator: bigint): boolean => {
      const twiceOff = 2n * (numerator - BigInt(tax) * denominator);
      return twiceOff >= -denominator && twiceOff < denominator;
    };
    fc.assert(
      fc.property(amounts(1e13), percents, (amount, percent) => {
        const rate = scaled(percent);
        const numerator = BigInt(amount) * rate;
        expect(isRounded(inclusiveTax(amount, percent), numerator, 1_000_000n + rate)).to.equal(true);
        if (amount < 1e12) expect(isRounded(exclusiveTax(amount, percent), numerator, 1_000_000n)).to.equal(true);
      }),
      { numRuns: RUNS },
    );
  });

  it('inside never takes more than the amount', () => {
    fc.assert(
      fc.property(amounts(1e13), percents, (amount, percent) => {
        expect(inclusiveTax(amount, percent)).to.be.within(0, amount);
      }),
      { numRuns: RUNS },
    );
  });

  it('put on top is found inside again', () => {
    fc.assert(
      fc.property(amounts(1e12), percents, (amount, percent) => {
        const tax = exclusiveTax(amount, percent);
        expect(Math.abs(inclusiveTax(amount + tax, percent) - tax)).to.be.at.most(1);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('who gets the tax', () => {
  const withinState = { isTaxInside: true, isWithinState: true };
  const toAnother = { isTaxInside: true, isWithinState: false };

  it('is the union and the state by equal halves, each rounded', () => {
    // 630.97 × 18 / 236 = 48.125; 999.00 × 5 / 210 = 23.786
    expect(gstOn(630_97, '18', withinState)).to.deep.equal({ cgst: 48_12, sgst: 48_12, igst: 0 });
    expect(gstOn(999_00, '5', withinState)).to.deep.equal({ cgst: 23_79, sgst: 23_79, igst: 0 });
    expect(gstOn(2_600_00, '5', withinState)).to.deep.equal({ cgst: 61_90, sgst: 61_90, igst: 0 });
    expect(gstOn(10_10, '5', { ...withinState, isTaxInside: false })).to.deep.equal({ cgst: 25, sgst: 25, igst: 0 });
    // Half a paisa each: both are rounded up.
    expect(gstOn(1_00, '1', { ...withinState, isTaxInside: false })).to.deep.equal({ cgst: 1, sgst: 1, igst: 0 });
  });

  it('is the union alone between states and abroad, rounded once', () => {
    expect(gstOn(2_600_00, '5', toAnother)).to.deep.equal({ cgst: 0, sgst: 0, igst: 123_81 });
    expect(gstOn(999_00, '5', toAnother)).to.deep.equal({ cgst: 0, sgst: 0, igst: 47_57 });
  });

  it('never is more than the amount that it is inside of, and within a paisa of both halves rounded at once', () => {
    fc.assert(
      fc.property(amounts(1e12), percents, fc.boolean(), (amount, percent, isTaxInside) => {
        const { cgst, sgst, igst } = gstOn(amount, percent, { isTaxInside, isWithinState: true });
        expect({ sgst, igst }).to.deep.equal({ sgst: cgst, igst: 0 });
        const once = isTaxInside ? inclusiveTax(amount, percent) : exclusiveTax(amount, percent);
        expect(Math.abs(cgst + sgst - once)).to.be.at.most(1);
        if (isTaxInside) expect(cgst + sgst).to.be.at.most(amount);
      }),
      { numRuns: RUNS },
    );
    expect(() => gstOn(-1, '5', withinState)).to.throw(RangeError);
  });
});

describe('percents', () => {
  it('are compared by their value, exactly', () => {
    expect(highestRate(['5', '40', '18'])).to.equal('40');
    expect(highestRate(['9', '10', '0.25'])).to.equal('10');
    expect(highestRate([])).to.equal('0');
    expect(['18', '0', '0.25', '5', '100'].sort(compareRates)).to.deep.equal(['0', '0.25', '5', '18', '100']);
  });
});
