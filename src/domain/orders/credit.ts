import { type Taxed, totalOf } from '../invoices/taxes.ts';
import { allocate } from '../money/allocate.ts';
import { type CreditableLine, taxedPart } from './credit-tax.ts';
import { isSameLine, type RefundLine } from './refundable.ts';

/**
 * Caps the lines of a refund at the creditable amounts: each at the rest of its invoice line, all together at `most`
 * paise, by the largest remainder. An uncapped line keeps the amounts stored at purchase; the tax of a capped line is
 * computed at its rate.
 */
export function capRefundLines(
  requested: readonly RefundLine[],
  { creditable, most }: { creditable: readonly CreditableLine[]; most: number },
): RefundLine[] {
  const remaining = requested.map((line) => creditable.find((one) => isSameLine(one, line)) ?? emptyLineOf(line));
  const within = requested.map((line, index) => Math.min(line.amount, totalOf(remaining[index] ?? emptyLineOf(line))));
  const amounts = sumOf(within) <= most ? within : allocate(most, within);
  return requested.map((line, index) => {
    const [left = emptyLineOf(line), amount = 0] = [remaining[index], amounts[index]];
    const isWhole = amount === line.amount && amount < totalOf(left) && isWithin(line, left);
    return isWhole ? line : creditLine(left, { quantity: line.quantity, amount });
  });
}

/**
 * Returns the lines of a credit note by value: `amount` paise, spread over the rest of each line by the largest
 * remainder. It includes no units. @throws RangeError for more than is left
 */
export function creditByValue(amount: number, creditable: readonly CreditableLine[]): RefundLine[] {
  const weights = creditable.map(totalOf);
  if (amount > sumOf(weights)) throw new RangeError(`More than is left: ${amount}`);
  const parts = allocate(amount, weights);
  return creditable.flatMap((left, index) => {
    const part = parts[index] ?? 0;
    return part > 0 ? [creditLine(left, { quantity: 0, amount: part })] : [];
  });
}

const sumOf = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);

const emptyLineOf = ({ line, share }: RefundLine): CreditableLine => ({
  line,
  share,
  ratePercent: '0',
  taxable: 0,
  cgst: 0,
  sgst: 0,
  igst: 0,
});

/** Whether value and taxes of `one` are at most those of `left`; a missing `left` counts as zero. */
export const isWithin = (one: Taxed, left: Taxed | undefined): boolean =>
  one.taxable <= (left?.taxable ?? 0) &&
  one.cgst <= (left?.cgst ?? 0) &&
  one.sgst <= (left?.sgst ?? 0) &&
  one.igst <= (left?.igst ?? 0);

/** Credits `amount` paise of a line; crediting the whole rest takes the exact rest of each tax. */
function creditLine(left: CreditableLine, of: { quantity: number; amount: number }): RefundLine {
  const { line, share, taxable, cgst, sgst, igst } = left;
  const isAll = of.amount === totalOf(left);
  return { line, share, ...of, ...(isAll ? { taxable, cgst, sgst, igst } : taxedPart(left, of.amount)) };
}
