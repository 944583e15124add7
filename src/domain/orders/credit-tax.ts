import type { Taxed } from '../invoices/taxes.ts';
import { gstOn } from '../tax/tax.ts';

/** A line of an invoice as far as no credit note has taken it, in paise; line 0 is the delivery. */
export interface CreditableLine extends Taxed {
  line: number;
  /** Which share of the delivery it is, from 1; 0: none of them. */
  share: number;
  /** The rate of its tax, as `18`. */
  ratePercent: string;
}

/**
 * The tax inside `amount` at the rate of the line, the central and the state half equal, never more of any tax or of the
 * value than is left: what the value cannot hold any more goes to the taxes.
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
  // Halves stay equal, if need be at the cost of a paisa of value below zero; those of engines before 4 were not.
  const most = left.cgst === left.sgst ? room : Math.floor(room / 2);
  const each = Math.min(Math.ceil(surplus() / 2), most);
  raise('cgst', each);
  raise('sgst', each);
  const isLess = left.cgst - part.cgst < left.sgst - part.sgst;
  raise(isLess ? 'sgst' : 'cgst', surplus());
  raise(isLess ? 'cgst' : 'sgst', surplus());
  return { ...part, taxable: amount - part.cgst - part.sgst - part.igst };
}
