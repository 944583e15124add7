import { isSameState } from '../tax/india.ts';
import { gstOn } from '../tax/tax.ts';
import { type Left, totalOf } from './discounts/take.ts';
import type { DraftLine } from './draft.ts';
import type { PricingInputs } from './inputs.ts';
import { type ShippingPart, shippingParts } from './shipping/shipping-parts.ts';
import { lineRates } from './taxes/rates.ts';

/** What the customer pays for what is left of these lines and of the delivery: with the tax, where it comes on top. */
export function costsOf(inputs: PricingInputs, lines: readonly DraftLine[]): (left: Left) => number {
  if (inputs.pricesIncludeTax) return totalOf;
  const ratesOf = lineRates(inputs, lines);
  const taxOf = taxes(inputs);
  return (left) => {
    const rates = ratesOf(left.lines);
    const goods = left.lines.map((amount, place) => ({ amount, ratePercent: rates[place]?.ratePercent ?? '0' }));
    const parts = [...goods, ...shippingParts(inputs, left.shipping, goods)];
    return parts.reduce((total, part) => total + taxOf(part), totalOf(left));
  };
}

/** Combinations leave the same amounts over and over: each is taxed once. */
function taxes({ sellerState, placeOfSupply }: PricingInputs): (part: ShippingPart) => number {
  const isWithinState = isSameState(sellerState, placeOfSupply ?? sellerState);
  const known = new Map<string, Map<number, number>>();
  return ({ amount, ratePercent }) => {
    const byAmount = known.get(ratePercent) ?? new Map<number, number>();
    known.set(ratePercent, byAmount);
    const found = byAmount.get(amount);
    if (found !== undefined) return found;
    const { cgst, sgst, igst } = gstOn(amount, ratePercent, { isTaxInside: false, isWithinState });
    byAmount.set(amount, cgst + sgst + igst);
    return cgst + sgst + igst;
  };
}
