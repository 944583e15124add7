import type { Taxed } from '../invoices/taxes.ts';
import { gstOn } from '../tax/tax.ts';

/** The part of an invoice line that is not credited yet, in paise; line 0 is the delivery. */
export interface CreditableLine extends Taxed {
  line: number;
  /** The number of the delivery share, from 1; 0 for a line of goods. */
  share: number;
  /** The tax rate in percent, e.g. `18`. */
  ratePercent: string;
}

/**
 * Returns the tax inside `amount` at the rate of the line, with equal CGST and SGST, but never more of any tax or of
 * the value than is left. An amount that exceeds the value left is added to the taxes.
 */
export function taxedPart(left: CreditableLine, amount: number): Taxed {
  const isInterstate = left.igst > 0;
  const tax = gstOn(amount, left.ratePercent, { isTaxInside: true, isWithinState: !isInterstate });
  const part = {
    cgst: Math.min(tax.cgst, left.cgst),
    sgst: Math.min(tax.sgst, left.sgst),
    igst: Math.min(tax.igst, left.igst),
  };
  const surplus = () => Math.max(0, amount - part.cgst - part.sgst - part.igst - left.taxable);
  const raise = (tax: keyof typeof part, by: number): void => {
    part[tax] += Math.min(by, left[tax] - part[tax]);
  };
  raise('igst', surplus());
  const room = amount - part.cgst - part.sgst - part.igst;
  // Halves stay equal, even if the value becomes negative by a paisa; orders of engines before 4 have unequal halves.
  const most = left.cgst === left.sgst ? room : Math.floor(room / 2);
  const each = Math.min(Math.ceil(surplus() / 2), most);
  raise('cgst', each);
  raise('sgst', each);
  const isLess = left.cgst - part.cgst < left.sgst - part.sgst;
  raise(isLess ? 'sgst' : 'cgst', surplus());
  raise(isLess ? 'cgst' : 'sgst', surplus());
  return { ...part, taxable: amount - part.cgst - part.sgst - part.igst };
}
