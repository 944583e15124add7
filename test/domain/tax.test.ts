import { expect } from 'chai';
import fc from 'fast-check';
import { GST_CLASSES } from '../../src/domain/gst-classes.ts';
import { exclusiveTax, inclusiveTax, plainPercent, rateFor, splitGst } from '../../src/domain/tax.ts';
import { amounts, percents, RUNS, states } from './arbitraries.ts';

const ratesOf = (code: string) => GST_CLASSES.find((taxClass) => taxClass.code === code)?.rates ?? [];
const now = '2026-11-01T06:00:00Z';

describe('tax rates over time and price', () => {
  // The reform counts from 22 September in India, which begins at 18:30 of the 21st in UTC.
  const lastInstant = '2025-09-21T18:29:59.999Z';
  const firstInstant = '2025-09-21T18:30:00.000Z';

  it('change at midnight in India', () => {
    expect(rateFor(ratesOf('demerit'), 5_000, lastInstant)).to.equal('28');
    expect(rateFor(ratesOf('demerit'), 5_000, firstInstant)).to.equal('40');
    expect(rateFor(ratesOf('reduced'), 5_000, lastInstant)).to.equal('12');
    expect(rateFor(ratesOf('reduced'), 5_000, firstInstant)).to.equal('5');
    expect(rateFor(ratesOf('standard'), 5_000, lastInstant)).to.equal('18');
    expect(rateFor(ratesOf('standard'), 5_000, firstInstant)).to.equal('18');
  });

  it('read an instant in any notation', () => {
    expect(rateFor(ratesOf('demerit'), 5_000, '2025-09-21T23:59:59.999+05:30')).to.equal('28');
    expect(rateFor(ratesOf('demerit'), 5_000, '2025-09-22T00:00:00+05:30')).to.equal('40');
  });

  it('step with the unit price: apparel up to and above the limit of its day', () => {
    const apparel = ratesOf('apparel');
    expect(rateFor(apparel, 1_000_00, lastInstant)).to.equal('5');
    expect(rateFor(apparel, 1_000_01, lastInstant)).to.equal('12');
    expect(rateFor(apparel, 2_500_00, firstInstant)).to.equal('5');
    expect(rateFor(apparel, 2_500_01, firstInstant)).to.equal('18');
    expect(rateFor(apparel, 0, firstInstant)).to.equal('5');
  });

  it('drop old steps with a new date, also where the new one has fewer', () => {
    const rates = [
      { validFrom: '2020-01-01T00:00:00Z', minUnitPrice: 0, percent: '5' },
      { validFrom: '2020-01-01T00:00:00Z', minUnitPrice: 100_01, percent: '12' },
      { validFrom: '2025-01-01T00:00:00Z', minUnitPrice: 0, percent: '7.5' },
    ];
    expect(rateFor(rates, 500_00, '2024-12-31T23:59:59Z')).to.equal('12');
    expect(rateFor(rates, 500_00, '2025-01-01T00:00:00Z')).to.equal('7.5');
    expect(rateFor([...rates].reverse(), 500_00, '2024-12-31T23:59:59Z')).to.equal('12');
  });

  it('are refused when there is none, and when percent or instant is none', () => {
    expect(() => rateFor(ratesOf('standard'), 1, '2001-01-01T00:00:00Z')).to.throw(RangeError);
    expect(() => rateFor([], 1, now)).to.throw(RangeError);
    expect(() => rateFor(ratesOf('standard'), 1, 'yesterday')).to.throw(RangeError);
    for (const wrong of ['-5', '5,5', '', '1e2', '.5', '5.']) expect(() => plainPercent(wrong)).to.throw(RangeError);
  });

  it('cover every price of every class since 2020', () => {
    for (const { code, rates } of GST_CLASSES) {
      for (const at of ['2020-04-01T00:00:00Z', lastInstant, firstInstant, now]) {
        expect(() => rateFor(rates, 0, at), code).not.to.throw();
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
    const scaled = (percent: string): bigint => {
      const [whole = '0', fraction = ''] = percent.split('.');
      return BigInt(whole) * 10_000n + BigInt(fraction.padEnd(4, '0'));
    };
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
  it('is the union and the state by halves, an odd paisa to the union', () => {
    expect(splitGst(7612, 'IN-KA', 'IN-KA')).to.deep.equal({ cgst: 3806, sgst: 3806, igst: 0 });
    expect(splitGst(4757, 'IN-KA', 'IN-KA')).to.deep.equal({ cgst: 2379, sgst: 2378, igst: 0 });
    expect(splitGst(1, 'IN-KA', 'IN-KA')).to.deep.equal({ cgst: 1, sgst: 0, igst: 0 });
  });

  it('is the union alone between states and abroad', () => {
    expect(splitGst(4757, 'IN-KA', 'IN-MH')).to.deep.equal({ cgst: 0, sgst: 0, igst: 4757 });
    expect(splitGst(4757, 'IN-KA', 'NP-P3')).to.deep.equal({ cgst: 0, sgst: 0, igst: 4757 });
  });

  it('does not depend on which of its codes a state is called by', () => {
    expect(splitGst(100, 'IN-TS', 'IN-TG')).to.deep.equal({ cgst: 50, sgst: 50, igst: 0 });
    expect(splitGst(100, 'IN-TG', 'IN-TS')).to.deep.equal({ cgst: 50, sgst: 50, igst: 0 });
  });

  it('adds up to the tax, for any two states', () => {
    fc.assert(
      fc.property(amounts(1e12), states, states, (tax, seller, place) => {
        const { cgst, sgst, igst } = splitGst(tax, seller, place);
        expect(cgst + sgst + igst).to.equal(tax);
        expect(seller === place ? igst : cgst + sgst).to.equal(0);
        expect(cgst - sgst).to.be.within(0, 1);
      }),
      { numRuns: RUNS },
    );
    expect(() => splitGst(-1, 'IN-KA', 'IN-KA')).to.throw(RangeError);
  });
});
