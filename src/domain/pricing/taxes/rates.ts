import { highestRate, rateFor } from '../../tax/tax.ts';
import type { DraftLine } from '../draft.ts';
import type { PricingInputs } from '../inputs.ts';

/** The rate of a line, and that of the goods sold alone: they differ in a mixed supply. */
export interface LineRate {
  ratePercent: string;
  alonePercent: string;
}

/**
 * Finds the rate of each line by what is charged for it, in `amounts`. What is asked again is remembered: combinations
 * of discounts leave the same amounts over and over.
 */
export function lineRates(
  { at, pricesIncludeTax, bundles }: Pick<PricingInputs, 'at' | 'pricesIncludeTax' | 'bundles'>,
  lines: readonly DraftLine[],
): (amounts: readonly number[]) => LineRate[] {
  const known = lines.map(() => new Map<number, string>());
  const alone = (line: DraftLine, place: number, amount: number): string => {
    const found = known[place]?.get(amount);
    if (found !== undefined) return found;
    const units = { amount, quantity: line.quantity, isTaxInside: pricesIncludeTax };
    const percent = rateFor(line.goods.taxRates, units, at);
    known[place]?.set(amount, percent);
    return percent;
  };
  const mixed = bundles.flatMap(({ pricing }, bundle) => {
    if (pricing.kind !== 'fixed' || pricing.separatelyPriced) return [];
    return [[...lines.keys()].filter((place) => lines[place]?.bundle === bundle)];
  });
  return (amounts) => {
    const rates = lines.map((line, place): LineRate => {
      const percent = alone(line, place, amounts[place] ?? 0);
      return { ratePercent: percent, alonePercent: percent };
    });
    for (const places of mixed) {
      const parts = places.flatMap((place) => rates[place] ?? []);
      const ratePercent = highestRate(parts.map(({ alonePercent }) => alonePercent));
      for (const part of parts) part.ratePercent = ratePercent;
    }
    return rates;
  };
}
