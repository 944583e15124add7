import { minorUnits } from '../../money/money.ts';
import { indianSubdivision } from '../../tax/india.ts';
import { type GstSplit, plainPercent, slabsAt, type TaxRate } from '../../tax/tax.ts';

// Rates and halves of snapshots of versions 1 to 3, as they were released. They are never changed.

/** The percent in force at the instant `at` (ISO 8601) for this unit price. Throws a RangeError when no slab covers it. */
export function rateFor(rates: readonly TaxRate[], unitPrice: number, at: string): string {
  let best: TaxRate | undefined;
  for (const slab of slabsAt(rates, at)) {
    if (slab.minUnitPrice > unitPrice) continue;
    if (best === undefined || slab.minUnitPrice > best.minUnitPrice) best = slab;
  }
  if (best === undefined) throw new RangeError(`No tax rate for a unit price of ${unitPrice} at ${at}`);
  return plainPercent(best.percent);
}

/** Within one state the union and the state get half each, an odd paisa goes to CGST; between states all of it is IGST. */
export function splitGst(tax: number, sellerState: string, placeOfSupply: string): GstSplit {
  if (minorUnits(tax) < 0) throw new RangeError(`Negative tax: ${tax}`);
  if (canonical(sellerState) !== canonical(placeOfSupply)) return { cgst: 0, sgst: 0, igst: tax };
  const sgst = (tax - (tax % 2)) / 2;
  return { cgst: tax - sgst, sgst, igst: 0 };
}

function canonical(state: string): string {
  return indianSubdivision(state)?.code ?? state;
}
