import { totalOf } from '../invoices/taxes.ts';
import { capRefundLines, creditByValue, isWithin } from './credit.ts';
import type { CreditableLine } from './credit-tax.ts';
import { amountOf, isSameLine, type RefundLine } from './refundable.ts';

/**
 * Returns the lines of a refund of `amount` paise. If they exceed the creditable rest, they are capped, and the
 * difference is taken by value from other lines, because the money is refunded or owed. @throws RangeError for more
 * than is left
 */
export function redistributeRefund(
  lines: readonly RefundLine[],
  { amount, creditable }: { amount: number; creditable: readonly CreditableLine[] },
): readonly RefundLine[] {
  const leftOf = (line: RefundLine) => creditable.find((one) => isSameLine(one, line));
  const fits = lines.every((line) => isWithin(line, leftOf(line)));
  if (fits && amountOf(lines) === amount) return lines;
  const first = capRefundLines(lines, { creditable, most: amount });
  return mergeRefundLines([...first, ...creditByValue(amount - amountOf(first), without(creditable, first))]);
}

/** Returns `lines` minus `taken`. */
export const without = (lines: readonly CreditableLine[], taken: readonly RefundLine[]): CreditableLine[] =>
  lines.map((left) => {
    const same = taken.find((line) => isSameLine(line, left));
    if (!same) return left;
    const { line, share, ratePercent, taxable, cgst, sgst, igst } = left;
    const rest = {
      taxable: taxable - same.taxable,
      cgst: cgst - same.cgst,
      sgst: sgst - same.sgst,
      igst: igst - same.igst,
    };
    return { line, share, ratePercent, ...rest };
  });

/** Merges the parts of each line. */
export const mergeRefundLines = (parts: readonly RefundLine[]): RefundLine[] =>
  [...Map.groupBy(parts, ({ line, share }) => `${line} ${share}`).values()].map((same) => same.reduce(plus));

const plus = (one: RefundLine, other: RefundLine): RefundLine => ({
  line: one.line,
  share: one.share,
  quantity: one.quantity + other.quantity,
  amount: one.amount + other.amount,
  taxable: one.taxable + other.taxable,
  cgst: one.cgst + other.cgst,
  sgst: one.sgst + other.sgst,
  igst: one.igst + other.igst,
});

/** Returns the total of the creditable lines, in paise. */
export const leftOf = (lines: readonly CreditableLine[]): number => lines.reduce((sum, line) => sum + totalOf(line), 0);
