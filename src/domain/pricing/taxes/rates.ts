import { highestRate, rateFor } from '../../tax/tax.ts';
import type { DraftLine } from '../draft.ts';
import type { PricingInputs } from '../inputs.ts';

/** The rate of a line, and the rate of its goods sold alone; they differ in a mixed supply. */
export interface LineRate {
  ratePercent: string;
  alonePercent: string;
}

/**
 * Returns a function that finds the rate of each line by its charged amount. Results are cached, because combinations
 * of discounts leave the same amounts again and again.
 */
export function lineRates(
  { at, pricesIncludeTax, bundles }: Pick<PricingInputs, 'at' | 'pricesIncludeTax' | 'bundles'>,
  lines: readonly DraftLine[],
): (amounts: readonly number[]) => LineRate[] {
  const cache = lines.map(() => new Map<number, string>());
  const rateAlone = (line: DraftLine, place: number, amount: number): string => {
    const found = cache[place]?.get(amount);
    if (found !== undefined) return found;
    const units = { amount, quantity: line.quantity, isTaxInside: pricesIncludeTax };
    const percent = rateFor(line.goods.taxRates, units, at);
    cache[place]?.set(amount, percent);
    return percent;
  };
  const mixed = bundles.flatMap(({ pricing }, bundle) => {
    if (pricing.kind !== 'fixed' || pricing.separatelyPriced) return [];
    return [[...lines.keys()].filter((place) => lines[place]?.bundle === bundle)];
  });
  return (amounts) => {
    const rates = lines.map((line, place): LineRate => {
      const percent = rateAlone(line, place, amounts[place] ?? 0);
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
