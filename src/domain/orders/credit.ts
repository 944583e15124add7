import { type Taxed, totalOf } from '../invoices/taxes.ts';
import { allocate } from '../money/allocate.ts';
import { type CreditableLine, taxedPart } from './credit-tax.ts';
import { isSameLine, type RefundLine } from './refundable.ts';

/**
 * Cuts the lines of a refund down to what may be credited: each to what is left of it on the invoice, all together to
 * `most` paise, by the largest remainder. A line that stays whole keeps the amounts that were frozen at purchase; of one
 * that is cut the tax is computed at its rate.
 */
export function cutDown(
  wanted: readonly RefundLine[],
  { creditable, most }: { creditable: readonly CreditableLine[]; most: number },
): RefundLine[] {
  const lefts = wanted.map((line) => creditable.find((one) => isSameLine(one, line)) ?? nothingOf(line));
  const within = wanted.map((line, index) => Math.min(line.amount, totalOf(lefts[index] ?? nothingOf(line))));
  const amounts = sumOf(within) <= most ? within : allocate(most, within);
  return wanted.map((line, index) => {
    const [left = nothingOf(line), amount = 0] = [lefts[index], amounts[index]];
    const isWhole = amount === line.amount && amount < totalOf(left) && isWithin(line, left);
    return isWhole ? line : creditLine(left, { quantity: line.quantity, amount });
  });
}

/**
 * The lines of a credit note by value: `amount` paise over what is left of each line, by the largest remainder. No units
 * come back with it. @throws RangeError for more than is left
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

const nothingOf = ({ line, share }: RefundLine): CreditableLine => ({
  line,
  share,
  ratePercent: '0',
  taxable: 0,
  cgst: 0,
  sgst: 0,
  igst: 0,
});

/** Whether `one` has no more of the value and of any tax than `left`; nothing has when nothing is left. */
export const isWithin = (one: Taxed, left: Taxed | undefined): boolean =>
  one.taxable <= (left?.taxable ?? 0) &&
  one.cgst <= (left?.cgst ?? 0) &&
  one.sgst <= (left?.sgst ?? 0) &&
  one.igst <= (left?.igst ?? 0);

/** `amount` paise of a line; all that is left takes the last paisa of each tax with it. */
function creditLine(left: CreditableLine, of: { quantity: number; amount: number }): RefundLine {
  const { line, share, taxable, cgst, sgst, igst } = left;
  const isAll = of.amount === totalOf(left);
  return { line, share, ...of, ...(isAll ? { taxable, cgst, sgst, igst } : taxedPart(left, of.amount)) };
}
