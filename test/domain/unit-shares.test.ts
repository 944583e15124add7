import { expect } from 'chai';
import fc from 'fast-check';
import { type BoughtLine, unitsOf } from '../../src/domain/money/unit-shares.ts';
import { type RefundLine, refundUnits } from '../../src/domain/orders/refundable.ts';
import { gstOn } from '../../src/domain/tax/tax.ts';
import { amounts, percents, RUNS } from './arbitraries.ts';

/** A line of engine 4: so much was paid for it, with the tax inside. */
function frozen(paid: number, quantity: number, tax: { percent: string; isWithinState: boolean }): BoughtLine {
  const { cgst: half, igst } = gstOn(paid, tax.percent, { isTaxInside: true, isWithinState: tax.isWithinState });
  return { quantity, igst, unitShares: { rule: 'running', paid, discount: 0, half, igst } };
}

const FIELDS = ['amount', 'taxable', 'cgst', 'sgst', 'igst'] as const;
const total = (notes: readonly RefundLine[], field: (typeof FIELDS)[number]): number =>
  notes.reduce((sum, note) => sum + note[field], 0);

/** Refunds of the line, one after the other, in parts of these sizes and one of what is left. */
function notesOf(line: BoughtLine, sizes: readonly number[]): RefundLine[] {
  const notes: RefundLine[] = [];
  let refunded = 0;
  for (const size of [...sizes, line.quantity]) {
    const quantity = Math.min(size, line.quantity - refunded);
    if (quantity > 0) notes.push(refundUnits({ ...line, line: 1, refunded }, quantity));
    refunded += quantity;
  }
  return notes;
}

describe('the units of a line', () => {
  it('share its tax evenly: five of twelve have five twelfths of it, in equal halves', () => {
    // 12 × 99.99 at 18 %: each half 119,988 × 18 / 236 = 9,151.627 → 9,152; 5 / 12 of it is 3,813.3.
    const line = frozen(12 * 99_99, 12, { percent: '18', isWithinState: true });
    expect(line.unitShares).to.include({ paid: 1_199_88, half: 91_52 });
    expect(unitsOf(line, { from: 0, count: 5 })).to.deep.equal({
      ...{ paid: 499_95, discount: 0, taxableValue: 423_69, cgst: 38_13, sgst: 38_13, igst: 0 },
    });
    expect(unitsOf(line, { from: 5, count: 7 })).to.deep.equal({
      ...{ paid: 699_93, discount: 0, taxableValue: 593_15, cgst: 53_39, sgst: 53_39, igst: 0 },
    });
  });

  it('have the whole rule of the integrated tax, floored once', () => {
    const line = frozen(2_600_00, 3, { percent: '5', isWithinState: false });
    expect([0, 1, 2].map((index) => unitsOf(line, { from: index, count: 1 }).igst)).to.deep.equal([
      41_27, 41_27, 41_27,
    ]);
    expect([0, 1, 2].map((index) => unitsOf(line, { from: index, count: 1 }).paid)).to.deep.equal([
      866_66, 866_67, 866_67,
    ]);
  });

  it('of older orders are read by the rule that they were stored with', () => {
    const share = (base: number, extraUnits: number) => ({ base, extraUnits });
    const line: BoughtLine = {
      ...{ quantity: 3, igst: 0 },
      unitShares: { paid: share(100, 0), discount: share(0, 0), tax: share(4, 2), cgst: share(2, 1) },
    };
    expect([0, 1, 2].map((index) => unitsOf(line, { from: index, count: 1 }))).to.deep.equal([
      { paid: 100, discount: 0, taxableValue: 95, cgst: 3, sgst: 2, igst: 0 },
      { paid: 100, discount: 0, taxableValue: 95, cgst: 2, sgst: 3, igst: 0 },
      { paid: 100, discount: 0, taxableValue: 96, cgst: 2, sgst: 2, igst: 0 },
    ]);
    expect(unitsOf(line, { from: 0, count: 3 })).to.include({ paid: 300, taxableValue: 286, cgst: 7, sgst: 7 });
  });

  it('are none outside the quantity', () => {
    const line = frozen(300, 3, { percent: '5', isWithinState: true });
    for (const index of [-1, 3, 0.5]) expect(() => unitsOf(line, { from: index, count: 1 })).to.throw(RangeError);
    expect(() => unitsOf(line, { from: 2, count: 2 })).to.throw(RangeError);
    expect(() => unitsOf(line, { from: 0, count: -1 })).to.throw(RangeError);
  });

  it('are exact for amounts of which the products pass 2^53', () => {
    const line = frozen(9e15, 9_999, { percent: '18', isWithinState: true });
    const parts = [unitsOf(line, { from: 0, count: 3_333 }), unitsOf(line, { from: 3_333, count: 6_666 })];
    expect(parts[0]?.paid).to.equal(3e15);
    expect((parts[0]?.paid ?? 0) + (parts[1]?.paid ?? 0)).to.equal(9e15);
  });
});

describe('any split of a line into credit notes', () => {
  const lines = fc.record({
    paid: amounts(1e11),
    quantity: fc.integer({ min: 1, max: 400 }),
    percent: percents,
    isWithinState: fc.boolean(),
  });
  const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 12 });

  it('has equal halves, each right within two paise of tax and one of price, and adds up to the invoice', () => {
    fc.assert(
      fc.property(lines, sizes, ({ paid, quantity, ...tax }, parts) => {
        const line = frozen(paid, quantity, tax);
        const notes = notesOf(line, parts);
        const whole = unitsOf(line, { from: 0, count: quantity });
        expect(FIELDS.map((field) => total(notes, field))).to.deep.equal([
          ...[paid, whole.taxableValue, whole.cgst, whole.sgst, whole.igst],
        ]);
        const taxOfLine = whole.cgst + whole.sgst + whole.igst;
        expect(whole.taxableValue + taxOfLine).to.equal(paid);
        for (const note of notes) {
          expect(note.sgst).to.equal(note.cgst);
          expect(note.taxable + note.cgst + note.sgst + note.igst).to.equal(note.amount);
          const off = (amount: number, of: number) => Math.abs(amount * quantity - of * note.quantity);
          expect(off(note.amount, paid)).to.be.below(quantity);
          expect(off(note.cgst + note.sgst + note.igst, taxOfLine)).to.be.below(2 * quantity);
          expect(note.taxable).to.be.at.least(-2);
        }
      }),
      { numRuns: 2 * RUNS },
    );
  });
});
