import type { DiscountInput } from '../../domain/pricing/inputs.ts';
import type { WrittenDiscount } from './offers.ts';

/** A discount with its limits on uses (null: no limit), and in `usedUp` the limit that is reached. */
export type LimitedDiscount = DiscountInput & WrittenDiscount;

/** The uses of a discount under one of its counters. */
export interface Uses {
  discountId: string;
  counter: string;
  used: number;
}

/** Names of counters: of all uses, of one redeemer, of one code. */
export const COUNTER = {
  everybody: 'all',
  redeemer: (redeemer: string): string => `customer:${redeemer}`,
  code: (code: string): string => `code:${code}`,
};

/** Adds to each discount which of its limits is reached. */
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
