import type { DiscountInput, Offer } from '../inputs.ts';
import {
  type Contradiction,
  collect,
  contradictionIf,
  selectionContradictions,
  windowContradictions,
} from './contradiction.ts';

export type DiscountTerms = Omit<DiscountInput, 'id' | 'code' | 'usedUp' | 'isEnabled'> & {
  maxUses: number | null;
  maxUsesPerCustomer: number | null;
};

/** Finds the reasons why a discount can never apply. */
export function discountContradictions(terms: DiscountTerms): Contradiction[] {
  const { stacking, stackGroup, maxUses, maxUsesPerCustomer: perCustomer, firstOrderOnly } = terms;
  const isBeyond = maxUses !== null && perCustomer !== null && perCustomer > maxUses;
  return [
    ...windowContradictions(terms),
    ...selectionContradictions(terms),
    ...collect([
      contradictionIf(
        stacking === 'exclusive' && stackGroup !== null,
        'stackGroup',
        'is of no use to an exclusive one',
        'null',
      ),
      contradictionIf(isBeyond, 'maxUsesPerCustomer', `is more than maxUses ${maxUses}`, `at most ${maxUses}`),
      contradictionIf(
        firstOrderOnly && (perCustomer ?? 1) > 1,
        'maxUsesPerCustomer',
        'a first order comes once',
        '1, or null',
      ),
    ]),
    ...offerContradictions(terms.offer),
  ];
}

function offerContradictions(offer: Offer): Contradiction[] {
  if (offer.kind === 'buy-x-get-y') {
    return [...selectionContradictions(offer.buy, 'offer.buy.'), ...selectionContradictions(offer.get, 'offer.get.')];
  }
  if (offer.kind !== 'tiered') return [];
  return offer.tiers.flatMap(({ from }, place) => {
    const before = offer.tiers[place - 1]?.from ?? 0;
    return collect([
      contradictionIf(from <= before, `offer.tiers[${place}].from`, 'does not rise', `more than ${before}`),
    ]);
  });
}
