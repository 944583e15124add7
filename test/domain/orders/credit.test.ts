import { expect } from 'chai';
import fc from 'fast-check';
import { totalOf } from '../../../src/domain/invoices/taxes.ts';
import { capRefundLines, creditByValue } from '../../../src/domain/orders/credit.ts';
import type { CreditableLine } from '../../../src/domain/orders/credit-tax.ts';
import { amountOf, type RefundLine } from '../../../src/domain/orders/refundable.ts';
import { percents, RUNS } from '../arbitraries.ts';

/** A line at 18 % within a state: of ₹300 the value is ₹254.24 and each half of the tax ₹22.88. */
const LINE: CreditableLine = {
  line: 1,
  share: 0,
  ratePercent: '18',
  taxable: 25_424,
  cgst: 2_288,
  sgst: 2_288,
  igst: 0,
};

const less = (left: CreditableLine, taken: RefundLine): CreditableLine => ({
  ...left,
  taxable: left.taxable - taken.taxable,
  cgst: left.cgst - taken.cgst,
  sgst: left.sgst - taken.sgst,
  igst: left.igst - taken.igst,
});

describe('a credit note by value', () => {
  it('takes the tax at the rate of the line, in equal halves', () => {
    const [note] = creditByValue(4_000, [LINE]);
    // 4000 × 18 / 236 = 305.08…
    expect(note).to.deep.equal({
      line: 1,
      share: 0,
      quantity: 0,
      amount: 4_000,
      taxable: 3_390,
      cgst: 305,
      sgst: 305,
      igst: 0,
    });
  });

  it('takes tax between states at the rate of the line', () => {
    const [note] = creditByValue(4_000, [{ ...LINE, cgst: 0, sgst: 0, igst: 4_576 }]);
    expect(note).to.deep.include({ amount: 4_000, taxable: 3_390, cgst: 0, sgst: 0, igst: 610 });
  });

  it('is spread over the lines pro rata, by the largest remainder, and over none of which nothing is left', () => {
    const exempt = { line: 2, share: 0, ratePercent: '0', taxable: 15_000, cgst: 0, sgst: 0, igst: 0 };
    const over = creditByValue(1_001, [LINE, exempt, { ...exempt, line: 3, taxable: 0 }]);
    expect(over.map(({ line, amount }) => [line, amount])).to.deep.equal([
      [1, 667],
      [2, 334],
    ]);
    expect(over[1]).to.deep.include({ taxable: 334, cgst: 0, sgst: 0 });
  });

  it('has equal halves to the last paisa of a line', () => {
    let left: CreditableLine = { ...LINE, taxable: 84, cgst: 8, sgst: 8 };
    for (let paisa = 1; paisa <= 100; paisa++) {
      const [note] = creditByValue(1, [left]) as [RefundLine];
      expect([note.amount, note.cgst - note.sgst], `paisa ${paisa}`).to.deep.equal([1, 0]);
      left = less(left, note);
    }
    expect(totalOf(left)).to.equal(0);
  });

  it('is never of more than is left', () => {
    expect(() => creditByValue(30_001, [LINE])).to.throw(RangeError);
    expect(creditByValue(0, [LINE])).to.deep.equal([]);
  });
});

describe('the lines of a refund', () => {
  const unit: RefundLine = {
    line: 1,
    share: 0,
    quantity: 1,
    amount: 10_000,
    taxable: 8_475,
    cgst: 763,
    sgst: 762,
    igst: 0,
  };

  it('stay as they were frozen at purchase where nothing was credited before', () => {
    expect(capRefundLines([unit], { creditable: [LINE], most: 30_000 })).to.deep.equal([unit]);
  });

  it('take all that is left of a line, to the paisa, when less is left than they are worth', () => {
    const left = { ...LINE, taxable: 7_001, cgst: 1, sgst: 1 };
    const [cut] = capRefundLines([unit], { creditable: [left], most: 30_000 });
    expect(cut).to.deep.equal({
      line: 1,
      share: 0,
      quantity: 1,
      amount: 7_003,
      taxable: 7_001,
      cgst: 1,
      sgst: 1,
      igst: 0,
    });
  });

  it('of the delivery are those of its own share', () => {
    const taxed = { ...LINE, line: 0, share: 2 };
    const exempt: CreditableLine = { line: 0, share: 1, ratePercent: '0', taxable: 12_500, cgst: 0, sgst: 0, igst: 0 };
    const whole = (left: CreditableLine): RefundLine => ({ ...left, quantity: 1, amount: totalOf(left) });
    const cut = capRefundLines([whole(exempt), whole(taxed)], { creditable: [exempt, taxed], most: 21_250 });
    expect(cut.map(({ share, amount, cgst, sgst }) => [share, amount, cgst, sgst])).to.deep.equal([
      [1, 6_250, 0, 0],
      [2, 15_000, 1_144, 1_144],
    ]);
  });

  it('are cut down together to what may still go back', () => {
    const lines = [LINE, { ...LINE, line: 2 }];
    const cut = capRefundLines([unit, { ...unit, line: 2 }], { creditable: lines, most: 12_001 });
    expect(cut.map(({ amount, cgst, sgst }) => [amount, cgst, sgst])).to.deep.equal([
      [6_001, 458, 458],
      [6_000, 458, 458],
    ]);
  });

  it('keep the units of goods of which no money is left', () => {
    const [cut] = capRefundLines([unit], { creditable: [], most: 30_000 });
    expect(cut).to.deep.include({ quantity: 1, amount: 0, taxable: 0, cgst: 0 });
  });
});

describe('credit notes of any sequence', () => {
  const lines = fc.array(fc.tuple(fc.integer({ min: 0, max: 500_000 }), percents, fc.boolean()), {
    minLength: 1,
    maxLength: 4,
  });
  const steps = fc.array(
    fc.record({ byValue: fc.boolean(), part: fc.integer({ min: 1, max: 100 }), line: fc.nat(3), most: fc.nat(100) }),
    { maxLength: 12 },
  );

  it('never take more than a line has, keep the halves equal, and leave nothing when all has gone back', () => {
    fc.assert(
      fc.property(lines, steps, fc.boolean(), (amounts, wishes, isInterstate) => {
        let left = amounts.map(([amount, percent], index) =>
          invoiced(index + 1, amount, isInterstate ? '-' : '', percent),
        );
        const take = (notes: readonly RefundLine[], most: number) => {
          expect(amountOf(notes)).to.be.at.most(most);
          for (const note of notes) {
            expect(totalOf(note)).to.equal(note.amount);
            const had = left.find(({ line }) => line === note.line);
            if (had?.cgst === had?.sgst) expect(note.cgst).to.equal(note.sgst);
          }
          left = left.map((line) => notes.filter((note) => note.line === line.line).reduce(less, line));
          for (const { taxable, cgst, sgst, igst } of [...left, ...notes]) {
            // Equal halves of an odd paisa, of which no value is left, take a paisa of value below zero.
            expect(taxable).to.be.at.least(-1);
            expect(Math.min(cgst, sgst, igst)).to.be.at.least(0);
            expect(Math.abs(cgst - sgst)).to.be.at.most(1);
          }
        };
        for (const { byValue, part, line, most } of wishes) {
          const all = left.reduce((sum, one) => sum + totalOf(one), 0);
          const amount = Math.floor((all * part) / 100);
          if (byValue) take(creditByValue(amount, left), amount);
          else {
            const wanted = left.filter((one) => one.line > line).map((one) => frozen(one, part));
            const atMost = Math.floor((all * most) / 100);
            take(capRefundLines(wanted, { creditable: left, most: atMost }), atMost);
          }
        }
        const rest = left.reduce((sum, one) => sum + totalOf(one), 0);
        take(creditByValue(rest, left), rest);
        expect(left.map(totalOf)).to.deep.equal(left.map(() => 0));
      }),
      { numRuns: RUNS },
    );
  });
});

/** A line as it is invoiced: the tax inside its amount, in equal halves or as one. */
function invoiced(line: number, amount: number, interstate: string, ratePercent: string): CreditableLine {
  const whole: CreditableLine = { line, share: 0, ratePercent, taxable: amount, cgst: amount, sgst: amount, igst: 0 };
  const [part] = creditByValue(amount, [{ ...whole, ...(interstate ? { cgst: 0, sgst: 0, igst: amount } : {}) }]);
  return { line, share: 0, ratePercent, taxable: 0, cgst: 0, sgst: 0, igst: 0, ...part };
}

/** Some of a line as a share of its units would be frozen. */
function frozen({ line, taxable, cgst, igst }: CreditableLine, part: number): RefundLine {
  const of = (amount: number) => Math.floor((amount * part) / 50);
  const parts = { taxable: of(taxable), cgst: of(cgst), sgst: of(cgst), igst: of(igst) };
  return { line, share: 0, quantity: 1, amount: totalOf(parts), ...parts };
}
