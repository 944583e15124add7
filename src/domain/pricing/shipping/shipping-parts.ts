import { allocate } from '../../money/allocate.ts';
import { highestRate, rateFor } from '../../tax/tax.ts';
import type { PricingInputs } from '../inputs.ts';

/** A part of the delivery charge and its tax rate; each part is rounded separately. */
export interface ShippingPart {
  amount: number;
  ratePercent: string;
}

type Terms = Pick<PricingInputs, 'at' | 'pricesIncludeTax' | 'shippingTax' | 'shipping'>;

/**
 * Splits the delivery charge by tax rate. Goods and their delivery are a composite supply, taxed like the goods (CGST
 * Act, s. 2(30), 8(a)): each line bears a share in proportion to its charged amount, at its rate. `goods` are the lines
 * in a stable order, because odd paise go to the first of equal remainders.
 */
export function shippingParts(
  { at, pricesIncludeTax, shippingTax, shipping }: Terms,
  charged: number,
  goods: readonly ShippingPart[],
): ShippingPart[] {
  if (charged === 0) return [];
  if (shippingTax === 'own') {
    const units = { amount: charged, quantity: 1, isTaxInside: pricesIncludeTax };
    return [{ amount: charged, ratePercent: rateFor(shipping?.taxRates ?? [], units, at) }];
  }
  const bearing = goods.filter(({ amount }) => amount > 0);
  if (shippingTax === 'highest' || bearing.length === 0) {
    return [{ amount: charged, ratePercent: highestRate(goods.map(({ ratePercent }) => ratePercent)) }];
  }
  const weights = bearing.map(({ amount }) => amount);
  const shares = allocate(charged, weights);
  return bearing
    .map(({ ratePercent }, place) => ({ amount: shares[place] ?? 0, ratePercent }))
    .filter(({ amount }) => amount > 0);
}
