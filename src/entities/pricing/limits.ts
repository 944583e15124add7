import type { Discount } from '../../domain/pricing/inputs.ts';
import type { WrittenDiscount } from './offers.ts';

/** A discount with the limits that its redemptions are held to, as far as they are left; null: there is none. */
export type LimitedDiscount = Discount & WrittenDiscount;

/** How often a discount was used, under one of its counters. */
export interface Uses {
  discountId: string;
  counter: string;
  used: number;
}

/** What uses are counted under: by everybody, by one who redeems, by one code. */
export const COUNTER = {
  everybody: 'all',
  redeemer: (redeemer: string): string => `customer:${redeemer}`,
  code: (code: string): string => `code:${code}`,
};

/** Says of each discount what is left of its limits. */
export function limitedBy(
  discounts: readonly WrittenDiscount[],
  uses: readonly Uses[],
  redeemer: string | null,
): LimitedDiscount[] {
  const counted = new Map(uses.map(({ discountId, counter, used }) => [`${discountId} ${counter}`, used]));
  return discounts.map((discount) => {
    const used = (counter: string | null) => (counter && counted.get(`${discount.id} ${counter}`)) || 0;
    const isReached = (most: number | null, counter: string | null) => most !== null && most <= used(counter);
    const { maxUses, maxUsesPerCustomer, codeMaxUses, code } = discount;
    const usedUp = isReached(maxUses, COUNTER.everybody)
      ? 'total'
      : isReached(maxUsesPerCustomer, redeemer && COUNTER.redeemer(redeemer))
        ? 'customer'
        : isReached(codeMaxUses, code && COUNTER.code(code))
          ? 'code'
          : null;
    return { ...discount, usedUp };
  });
}
