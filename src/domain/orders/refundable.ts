import { type FrozenLine, unitAt } from '../unit-shares.ts';

/** What of a line goes back, in paise: `amount` is what was paid for so many units, and what it is made of. */
export interface RefundLine {
  /** 0 is the delivery. */
  line: number;
  quantity: number;
  amount: number;
  taxable: number;
  cgst: number;
  sgst: number;
  igst: number;
}

/** A line as it was bought, and how many of its units have been refunded: the next one is the unit of that index. */
export type RefundableLine = FrozenLine & { line: number; refunded: number };

/**
 * The amounts of the next `quantity` units of a line, as they were frozen at purchase: read, never computed anew, so that
 * the refunds of all units add up to what was paid. @throws RangeError beyond the line's quantity
 */
export function refundUnits(line: RefundableLine, quantity: number): RefundLine {
  const sum: RefundLine = { line: line.line, quantity, amount: 0, taxable: 0, cgst: 0, sgst: 0, igst: 0 };
  for (let index = line.refunded; index < line.refunded + quantity; index++) {
    const { paid, taxableValue, cgst, sgst, igst } = unitAt(line, index);
    sum.amount += paid;
    sum.taxable += taxableValue;
    sum.cgst += cgst;
    sum.sgst += sgst;
    sum.igst += igst;
  }
  return sum;
}

/** The delivery of an order as it goes back, in paise. */
export function refundDelivery(of: { taxable: number; cgst: number; sgst: number; igst: number }): RefundLine {
  const { taxable, cgst, sgst, igst } = of;
  return { line: 0, quantity: 1, amount: taxable + cgst + sgst + igst, taxable, cgst, sgst, igst };
}

export const amountOf = (lines: readonly RefundLine[]): number => lines.reduce((sum, { amount }) => sum + amount, 0);
