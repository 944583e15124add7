import { allocate } from '../../money/allocate.ts';
import { highestRate, rateFor } from '../../tax/tax.ts';
import type { PricingInputs } from '../inputs.ts';

/** A part of what is charged for the delivery, and the rate that it is taxed at; each is rounded on its own. */
export interface ShippingPart {
  amount: number;
  ratePercent: string;
}

type Terms = Pick<PricingInputs, 'at' | 'pricesIncludeTax' | 'shippingTax' | 'shipping'>;

/**
 * Parts the delivery by rate. Goods that are sent and their delivery are a composite supply, taxed as the goods are (CGST
 * Act, s. 2(30), 8(a)): each line bears a share in proportion to what is charged for it, at its rate. `goods` are the
 * lines, in an order of their own, since odd paise go to the first of equal remainders.
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
