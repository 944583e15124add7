import { exclusiveTax, type TaxRate } from '../../tax/tax.ts';
import { type Left, totalOf } from '../discounts/take.ts';
import type { DraftLine } from '../draft.ts';
import type { PricingInputs } from '../inputs.ts';
import { rateFor } from './tax-3.ts';

// The cost by which snapshots of versions 2 and 3 choose discounts. Never change it.

/** Returns a function that computes what the customer pays for the remaining amounts, including tax added on top. */
export function costsOf(
  { at, pricesIncludeTax, shipping }: Pick<PricingInputs, 'at' | 'pricesIncludeTax' | 'shipping'>,
  lines: readonly DraftLine[],
): (left: Left) => number {
  if (pricesIncludeTax) return totalOf;
  const parts = lines.map(({ goods, quantity }) => taxed(goods.taxRates, quantity, at));
  const delivery = taxed(shipping?.taxRates ?? [], 1, at);
  return (left) =>
    left.lines.reduce(
      (total, amount, place) => total + (parts[place]?.(amount) ?? amount),
      left.shipping === 0 ? 0 : delivery(left.shipping),
    );
}

/** Caches the taxed price of each amount, because combinations leave the same amounts again and again. */
function taxed(rates: readonly TaxRate[], units: number, at: string): (amount: number) => number {
  const known = new Map<number, number>();
  return (amount) => {
    const paid = known.get(amount) ?? amount + exclusiveTax(amount, rateFor(rates, Math.floor(amount / units), at));
    known.set(amount, paid);
    return paid;
  };
}
