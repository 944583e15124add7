import { allocate } from '../../money/allocate.ts';
import { sum, times } from '../../money/money.ts';
import type { BundleInput, BundlePricing } from '../inputs.ts';
import { percentOf } from '../percent.ts';

/**
 * Returns the price of a bundle and the share of each component, in proportion to its price alone.
 * `listPrices` are the prices per unit, in the order of the components.
 */
export function priceBundle(
  { pricing, quantity, components }: BundleInput,
  listPrices: readonly number[],
): { unitPrice: number; lineTotal: number; alone: number; shares: number[] } {
  const alone = components.map((component, index) => times(listPrices[index] ?? 0, component.quantity));
  const surcharges = sum(components.map((component) => times(component.surcharge, component.quantity)));
  const unitPrice = Math.max(0, basePrice(pricing, sum(alone))) + surcharges;
  const lineTotal = times(unitPrice, quantity);
  return { unitPrice, lineTotal, alone: times(sum(alone), quantity), shares: allocate(lineTotal, alone) };
}

function basePrice(pricing: BundlePricing, alone: number): number {
  if (pricing.kind === 'fixed') return pricing.price;
  if (pricing.kind === 'sum') return alone;
  if (pricing.kind === 'amount-off') return alone - pricing.amount;
  return alone - percentOf(alone, pricing.percent);
}
