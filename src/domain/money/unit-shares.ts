import type { GstSplit } from '../tax/tax.ts';

/** How the amounts of a line are divided among its units, stored at purchase; `unitsOf` reads them. */
export type UnitShares = RunningShares | SpreadShares;

/**
 * The line's amounts in minor units. `paid` includes the tax; `half` is the CGST and equally the SGST. The first i
 * units together have floor(amount × i / quantity) of each amount.
 */
export interface RunningShares {
  rule: 'running';
  paid: number;
  discount: number;
  half: number;
  igst: number;
}

/** The format of pricing engines before 4: amounts per unit. */
export interface SpreadShares {
  paid: UnitShare;
  discount: UnitShare;
  tax: UnitShare;
  cgst: UnitShare;
}

/** `base` for every unit and 1 more for the first `extraUnits`. */
export interface UnitShare {
  base: number;
  extraUnits: number;
}

/** Paid amount, discount and taxes of some units, in minor units. */
export interface UnitAmounts extends GstSplit {
  paid: number;
  discount: number;
  taxableValue: number;
}

/** A priced line or an order line, as the source of unit amounts. */
export interface BoughtLine {
  quantity: number;
  igst: number;
  unitShares: UnitShares;
}

/**
 * Returns the stored amounts of `count` units after the first `from`. The amounts of all units add up to the line's,
 * however they are divided. Under the rule of engine 4 the halves of the tax are equal and the tax is correct within
 * two minor units. For lines of a few minor units, the value of a part can be negative, by at most two. Throws a
 * RangeError outside the quantity.
 */
export function unitsOf(line: BoughtLine, { from, count }: { from: number; count: number }): UnitAmounts {
  const isWhole = Number.isSafeInteger(from) && Number.isSafeInteger(count);
  if (!isWhole || from < 0 || count < 0 || from + count > line.quantity) {
    throw new RangeError(`No units ${from} to ${from + count}`);
  }
  const { unitShares: shares } = line;
  if ('rule' in shares) return runningPart(shares, { from, to: from + count, quantity: line.quantity });
  const total: UnitAmounts = { paid: 0, discount: 0, taxableValue: 0, cgst: 0, sgst: 0, igst: 0 };
  for (let index = from; index < from + count; index++) {
    const unit = spreadUnit(line, shares, index);
    for (const field of ['paid', 'discount', 'taxableValue', 'cgst', 'sgst', 'igst'] as const)
      total[field] += unit[field];
  }
  return total;
}

function runningPart(
  { paid, discount, half, igst }: RunningShares,
  { from, to, quantity }: { from: number; to: number; quantity: number },
): UnitAmounts {
  const part = (amount: number): number => floorShare(amount, to, quantity) - floorShare(amount, from, quantity);
  const tax = { cgst: part(half), sgst: part(half), igst: part(igst) };
  const all = part(paid);
  return { paid: all, discount: part(discount), taxableValue: all - tax.cgst - tax.sgst - tax.igst, ...tax };
}

function floorShare(amount: number, units: number, quantity: number): number {
  const product = amount * units;
  if (Number.isSafeInteger(product)) return (product - (product % quantity)) / quantity;
  return Number((BigInt(amount) * BigInt(units)) / BigInt(quantity));
}

function spreadUnit({ igst }: BoughtLine, { paid, discount, tax, cgst }: SpreadShares, index: number): UnitAmounts {
  const amount = ({ base, extraUnits }: UnitShare): number => base + (index < extraUnits ? 1 : 0);
  const split = igst > 0 ? { cgst: 0, sgst: 0, igst: amount(tax) } : halves(amount(tax), amount(cgst));
  return { paid: amount(paid), discount: amount(discount), taxableValue: amount(paid) - amount(tax), ...split };
}

// SGST is the tax minus CGST: if it were spread separately, both could exceed the tax of a unit.
const halves = (tax: number, cgst: number): GstSplit => ({ cgst, sgst: tax - cgst, igst: 0 });
