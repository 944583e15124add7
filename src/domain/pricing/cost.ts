import { isSameState } from '../tax/india.ts';
import { gstOn } from '../tax/tax.ts';
import { type Left, totalOf } from './discounts/take.ts';
import type { DraftLine } from './draft.ts';
import type { PricingInputs } from './inputs.ts';
import { type ShippingPart, shippingParts } from './shipping/shipping-parts.ts';
import { lineRates } from './taxes/rates.ts';

/** Returns a function that computes what the customer pays for the remaining amounts, including tax added on top. */
export function costsOf(inputs: PricingInputs, lines: readonly DraftLine[]): (left: Left) => number {
  if (inputs.pricesIncludeTax) return totalOf;
  const ratesOf = lineRates(inputs, lines);
  const taxOf = cachedTax(inputs);
  return (left) => {
    const rates = ratesOf(left.lines);
    const goods = left.lines.map((amount, place) => ({ amount, ratePercent: rates[place]?.ratePercent ?? '0' }));
    const parts = [...goods, ...shippingParts(inputs, left.shipping, goods)];
    return parts.reduce((total, part) => total + taxOf(part), totalOf(left));
  };
}

/** Caches the tax of each amount, because combinations of discounts leave the same amounts again and again. */
function cachedTax({ sellerState, placeOfSupply }: PricingInputs): (part: ShippingPart) => number {
  const isWithinState = isSameState(sellerState, placeOfSupply ?? sellerState);
  const cache = new Map<string, Map<number, number>>();
  return ({ amount, ratePercent }) => {
    const byAmount = cache.get(ratePercent) ?? new Map<number, number>();
    cache.set(ratePercent, byAmount);
    const found = byAmount.get(amount);
    if (found !== undefined) return found;
    const { cgst, sgst, igst } = gstOn(amount, ratePercent, { isTaxInside: false, isWithinState });
    byAmount.set(amount, cgst + sgst + igst);
    return cgst + sgst + igst;
  };
}
