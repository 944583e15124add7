import type { GstSplit } from './tax.ts';

/** A line's amounts frozen per unit at purchase; each adds up to the line's. `unitAt` reads them. */
export interface UnitShares {
  paid: UnitShare;
  discount: UnitShare;
  tax: UnitShare;
  cgst: UnitShare;
}

/** `base` for every unit and 1 more for the first `extraUnits`: as small for ten thousand units as for one. */
export interface UnitShare {
  base: number;
  extraUnits: number;
}

/** What was paid, taken off and taxed for one unit, in minor units. */
export interface UnitAmounts extends GstSplit {
  paid: number;
  discount: number;
  taxableValue: number;
}

/** Spreads a line's amounts (whole, not negative) over its units. */
export function freezeUnits(quantity: number, line: Record<keyof UnitShares, number>): UnitShares {
  const spread = (amount: number): UnitShare => {
    const extraUnits = amount % quantity;
    return { base: (amount - extraUnits) / quantity, extraUnits };
  };
  return { paid: spread(line.paid), discount: spread(line.discount), tax: spread(line.tax), cgst: spread(line.cgst) };
}

/** What a unit's amounts are read from: a priced line, or an order line. */
export interface FrozenLine {
  quantity: number;
  igst: number;
  unitShares: UnitShares;
}

/** One unit's frozen amounts (`index` from 0); those of all units add up to the line's. Throws outside the quantity. */
export function unitAt(line: FrozenLine, index: number): UnitAmounts {
  if (!Number.isSafeInteger(index) || index < 0 || index >= line.quantity) throw new RangeError(`No unit ${index}`);
  const amount = ({ base, extraUnits }: UnitShare): number => base + (index < extraUnits ? 1 : 0);
  const { paid, discount, tax } = line.unitShares;
  return {
    paid: amount(paid),
    discount: amount(discount),
    taxableValue: amount(paid) - amount(tax),
    ...splitOf(line, amount(tax), amount(line.unitShares.cgst)),
  };
}

// The states' share is what CGST leaves: spread on its own, it could exceed the tax of a unit.
function splitOf(line: FrozenLine, tax: number, cgst: number): GstSplit {
  return line.igst > 0 ? { cgst: 0, sgst: 0, igst: tax } : { cgst, sgst: tax - cgst, igst: 0 };
}
