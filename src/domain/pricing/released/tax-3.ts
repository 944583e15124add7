import { minorUnits } from '../../money/money.ts';
import { indianSubdivision } from '../../tax/india.ts';
import { type GstSplit, plainPercent, slabsAt, type TaxRate } from '../../tax/tax.ts';

// Tax rates and the split of GST in snapshots of versions 1 to 3. Never change them.

/** Returns the rate in force at `at` (ISO 8601) for this unit price. Throws a RangeError when no slab covers it. */
export function rateFor(rates: readonly TaxRate[], unitPrice: number, at: string): string {
  let best: TaxRate | undefined;
  for (const slab of slabsAt(rates, at)) {
    if (slab.minUnitPrice > unitPrice) continue;
    if (best === undefined || slab.minUnitPrice > best.minUnitPrice) best = slab;
  }
  if (best === undefined) throw new RangeError(`No tax rate for a unit price of ${unitPrice} at ${at}`);
  return plainPercent(best.percent);
}

/** Splits GST: within one state half CGST (with an odd paisa) and half SGST; between states all of it is IGST. */
export function splitGst(tax: number, sellerState: string, placeOfSupply: string): GstSplit {
  if (minorUnits(tax) < 0) throw new RangeError(`Negative tax: ${tax}`);
  if (canonical(sellerState) !== canonical(placeOfSupply)) return { cgst: 0, sgst: 0, igst: tax };
  const sgst = (tax - (tax % 2)) / 2;
  return { cgst: tax - sgst, sgst, igst: 0 };
}

function canonical(state: string): string {
  return indianSubdivision(state)?.code ?? state;
}
