import type { SpreadShares, UnitShare } from '../../money/unit-shares.ts';

// How engines 1 to 3 divide the amounts of a line among its units. Never change it.

/** Spreads a line's amounts (whole, not negative) over its units. */
export function freezeUnits(quantity: number, line: Record<keyof SpreadShares, number>): SpreadShares {
  const spread = (amount: number): UnitShare => {
    const extraUnits = amount % quantity;
    return { base: (amount - extraUnits) / quantity, extraUnits };
  };
  return { paid: spread(line.paid), discount: spread(line.discount), tax: spread(line.tax), cgst: spread(line.cgst) };
}
