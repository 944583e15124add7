import { expect } from 'chai';
import fc from 'fast-check';
import { changedPastRates, rateGaps } from '../../../../src/domain/pricing/contradictions/tax-rates.ts';
import { rateFor, type TaxRate } from '../../../../src/domain/tax/tax.ts';

const [EARLY, LATE] = ['2026-01-01T00:00:00.000Z', '2026-06-01T00:00:00.000Z'];
const rate = (validFrom: string, minUnitPrice: number, percent = '5'): TaxRate => ({
  validFrom,
  minUnitPrice,
  percent,
});

describe('the rates of a tax class', () => {
  it('have gaps exactly when a unit has no rate on one of their dates, unless two begin at one price', () => {
    const rates = fc.array(fc.tuple(fc.constantFrom(EARLY, LATE), fc.constantFrom(0, 100, 200)), { minLength: 1 });
    fc.assert(
      fc.property(rates, (slabs) => {
        const distinct = new Set(slabs.map(String)).size === slabs.length;
        const all = slabs.map(([validFrom, minUnitPrice]) => rate(validFrom, minUnitPrice));
        const hasRate = (at: string) => {
          const unit = { amount: 0, quantity: 1, isTaxInside: false };
          return (
            all.every(({ validFrom }) => validFrom !== at) ||
            all.some((one) => one.validFrom === at && one.minUnitPrice === 0 && rateFor(all, unit, at) === '5')
          );
        };
        expect(rateGaps(all).length === 0).to.equal(distinct && [EARLY, LATE].every(hasRate));
      }),
    );
  });

  it('are one date in every offset', () => {
    const same = '2026-01-01T05:30:00+05:30';
    expect(rateGaps([rate(EARLY, 0), rate(same, 100)])).to.deep.equal([]);
    expect(rateGaps([rate(EARLY, 0), rate(same, 0)])).to.deep.equal([
      {
        where: `rates from ${EARLY}`,
        problem: 'two slabs have the same minUnitPrice',
        expected: 'one slab for each minUnitPrice',
      },
    ]);
  });

  it('stay as they are once they are in effect, however they are written', () => {
    const now = new Date(EARLY);
    const stored = [rate(EARLY, 0, '5.0000'), rate(LATE, 0, '12.0000')];
    const changed = (...rates: TaxRate[]) => changedPastRates(stored, rates, now).length;
    expect(changed(rate('2026-01-01T05:30:00+05:30', 0, '5'))).to.equal(0);
    expect(changed(rate(EARLY, 0, '5'), rate(LATE, 0, '18'))).to.equal(0);
    expect(changed(rate(EARLY, 0, '6'))).to.equal(2);
    expect(changed(rate(EARLY, 0, '5'), rate(EARLY, 100, '5'))).to.equal(1);
    expect(changed()).to.equal(1);
  });
});
