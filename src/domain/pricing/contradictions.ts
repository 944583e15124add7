import type { Discount, Offer, PricingRule, Selection, ShippingZone, Target, TimeWindow } from './inputs.ts';
import type { ChoiceSet } from './selection.ts';
import { namesNothing } from './target.ts';

/** Something that contradicts itself, so that it can never work: where, what, and what would be right. */
export interface Contradiction {
  where: string;
  problem: string;
  expected: string;
}

type Found = (Contradiction | false)[];

const only = (found: Found): Contradiction[] => found.filter((one) => one !== false);

const when = (isWrong: boolean, ...[where, problem, expected]: [string, string, string]): Contradiction | false =>
  isWrong && { where, problem, expected };

/** A time window that is empty. */
export function windowContradictions({ startsAt, endsAt }: TimeWindow): Contradiction[] {
  const isEmpty = startsAt !== null && endsAt !== null && Date.parse(startsAt) >= Date.parse(endsAt);
  return only([when(isEmpty, 'endsAt', 'is not after startsAt', `later than ${startsAt}`)]);
}

/** A selection that excludes all that it includes. */
export function selectionContradictions({ include, exclude }: Selection, where = ''): Contradiction[] {
  const isEmpty = !namesNothing(include) && idsOf(include).every((id) => idsOf(exclude).includes(id));
  return only([
    when(isEmpty, `${where}exclude`, 'takes out everything that include names', 'something left of include'),
  ]);
}

const idsOf = ({ productIds, variantIds, collectionIds }: Target): string[] => [
  ...productIds,
  ...variantIds,
  ...collectionIds,
];

export function ruleContradictions(rule: Omit<PricingRule, 'id'>): Contradiction[] {
  const { minQuantity, maxQuantity } = rule;
  const isNever = maxQuantity !== null && maxQuantity < minQuantity;
  return [
    ...windowContradictions(rule),
    ...selectionContradictions(rule),
    ...only([when(isNever, 'maxQuantity', `is below minQuantity ${minQuantity}`, `at least ${minQuantity}, or null`)]),
  ];
}

export type DiscountTerms = Omit<Discount, 'id' | 'code' | 'usedUp' | 'isEnabled'> & {
  maxUses: number | null;
  maxUsesPerCustomer: number | null;
};

/** What makes a discount one that can never count. */
export function discountContradictions(terms: DiscountTerms): Contradiction[] {
  const { stacking, stackGroup, maxUses, maxUsesPerCustomer: perCustomer, firstOrderOnly } = terms;
  const isBeyond = maxUses !== null && perCustomer !== null && perCustomer > maxUses;
  return [
    ...windowContradictions(terms),
    ...selectionContradictions(terms),
    ...only([
      when(stacking === 'exclusive' && stackGroup !== null, 'stackGroup', 'is of no use to an exclusive one', 'null'),
      when(isBeyond, 'maxUsesPerCustomer', `is more than maxUses ${maxUses}`, `at most ${maxUses}`),
      when(firstOrderOnly && (perCustomer ?? 1) > 1, 'maxUsesPerCustomer', 'a first order comes once', '1, or null'),
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
    return only([when(from <= before, `offer.tiers[${place}].from`, 'does not rise', `more than ${before}`)]);
  });
}

/** What makes a bundle one that nobody can ever fill. `inactive`: variants that are not on sale. */
export function bundleContradictions(
  sets: readonly Omit<ChoiceSet, 'id'>[],
  inactive: ReadonlySet<string>,
): Contradiction[] {
  return [
    ...only([when(sets.length === 0, 'sets', 'there are none', 'at least one set')]),
    ...sets.flatMap((set, place) => setContradictions(set, { where: `sets[${place}]`, inactive })),
  ];
}

function setContradictions(
  { minQuantity, maxQuantity, items }: Omit<ChoiceSet, 'id'>,
  { where, inactive }: { where: string; inactive: ReadonlySet<string> },
): Contradiction[] {
  const ids = items.map(({ variantId }) => variantId);
  const onSale = items.filter(({ variantId }) => !inactive.has(variantId));
  const most = onSale.reduce((sum, item) => sum + (item.maxQuantity ?? maxQuantity), 0);
  return only([
    when(
      maxQuantity < minQuantity,
      `${where}.maxQuantity`,
      `is below minQuantity ${minQuantity}`,
      `${minQuantity} or more`,
    ),
    when(new Set(ids).size < ids.length, `${where}.items`, 'a variant is there twice', 'each variant once'),
    when(items.length === 0, `${where}.items`, 'there are none', 'at least one variant'),
    when(
      items.length > 0 && most < minQuantity,
      `${where}.items`,
      `those on sale come to ${most} units`,
      `at least ${minQuantity} units that can be chosen`,
    ),
  ]);
}

/** What makes a zone one that nothing can be delivered to, or one that is never reached. */
export function zoneContradictions(zones: readonly ShippingZone[]): Contradiction[] {
  return zones.flatMap((zone, place) => {
    const where = `zones[${place}]`;
    const earlier = zones.slice(0, place);
    const isHidden = earlier.some(
      ({ states }) =>
        states.length === 0 || (zone.states.length > 0 && zone.states.every((state) => states.includes(state))),
    );
    const thresholds = zone.rates.map((rate) => `${rate.fromWeightGrams} ${rate.fromSubtotal}`);
    const isOpen = zone.rates.some(({ fromWeightGrams, fromSubtotal }) => fromWeightGrams === 0 && fromSubtotal === 0);
    return only([
      when(isHidden, where, 'a zone before it has all of its states', 'before the zone that is everywhere'),
      when(
        new Set(thresholds).size < thresholds.length,
        `${where}.rates`,
        'two begin at the same',
        'each threshold once',
      ),
      when(!isOpen, `${where}.rates`, 'none is for the lightest and smallest order', 'a rate from 0 grams and 0 paise'),
    ]);
  });
}
