import { namesNothing } from '../discounts/target.ts';
import type { PricingRule, Selection, Target, TimeWindow } from '../inputs.ts';

/** Something that contradicts itself, so that it can never work: where, what, and what would be right. */
export interface Contradiction {
  where: string;
  problem: string;
  expected: string;
}

/** Those that were found. */
export const only = (found: (Contradiction | false)[]): Contradiction[] => found.filter((one) => one !== false);

/** Where, what and what would be right, if it is wrong. */
export const when = (
  isWrong: boolean,
  ...[where, problem, expected]: [string, string, string]
): Contradiction | false => isWrong && { where, problem, expected };

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

/** What makes a rule one that never counts. */
export function ruleContradictions(rule: Omit<PricingRule, 'id'>): Contradiction[] {
  const { minQuantity, maxQuantity } = rule;
  const isNever = maxQuantity !== null && maxQuantity < minQuantity;
  return [
    ...windowContradictions(rule),
    ...selectionContradictions(rule),
    ...only([when(isNever, 'maxQuantity', `is below minQuantity ${minQuantity}`, `at least ${minQuantity}, or null`)]),
  ];
}
