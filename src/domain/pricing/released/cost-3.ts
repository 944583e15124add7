import { exclusiveTax, type TaxRate } from '../../tax/tax.ts';
import { type Left, totalOf } from '../discounts/take.ts';
import type { DraftLine } from '../draft.ts';
import type { PricingInputs } from '../inputs.ts';
import { rateFor } from './tax-3.ts';

// What snapshots of version 3 chose discounts by, as it was released. It is never changed.

/** What the customer pays for what is left of these lines and of the delivery: with the tax, where it comes on top. */
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

/** Combinations leave the same amounts over and over: each is taxed once. */
function taxed(rates: readonly TaxRate[], units: number, at: string): (amount: number) => number {
  const known = new Map<number, number>();
  return (amount) => {
    const paid = known.get(amount) ?? amount + exclusiveTax(amount, rateFor(rates, Math.floor(amount / units), at));
    known.set(amount, paid);
    return paid;
  };
}
