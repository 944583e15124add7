import { refused } from '../../errors.ts';
import { isEmptyTarget } from '../discounts/target.ts';
import type { PricingRuleInput, Selection, Target, TimeWindow } from '../inputs.ts';

/** A contradiction that makes an offer unusable: the field, the problem and the expected value. */
export interface Contradiction {
  where: string;
  problem: string;
  expected: string;
}

/** Returns the contradictions that were found. */
export const collect = (found: (Contradiction | false)[]): Contradiction[] => found.filter((one) => one !== false);

/** Returns a contradiction if `isWrong`. */
export const contradictionIf = (
  isWrong: boolean,
  ...[where, problem, expected]: [string, string, string]
): Contradiction | false => isWrong && { where, problem, expected };

/** Refuses the request if there are problems. @throws CONTRADICTION with up to 20 of them */
export function refuseContradictions(problems: readonly Contradiction[]): void {
  if (problems.length > 0) throw refused('CONTRADICTION', { problems: problems.slice(0, 20) });
}

/** Finds an empty time window. */
export function windowContradictions({ startsAt, endsAt }: TimeWindow): Contradiction[] {
  const isEmpty = startsAt !== null && endsAt !== null && Date.parse(startsAt) >= Date.parse(endsAt);
  return collect([contradictionIf(isEmpty, 'endsAt', 'is not after startsAt', `later than ${startsAt}`)]);
}

/** Finds a selection that excludes everything it includes. */
export function selectionContradictions({ include, exclude }: Selection, where = ''): Contradiction[] {
  const isEmpty = !isEmptyTarget(include) && idsOf(include).every((id) => idsOf(exclude).includes(id));
  return collect([
    contradictionIf(isEmpty, `${where}exclude`, 'takes out everything that include names', 'something left of include'),
  ]);
}

const idsOf = ({ productIds, variantIds, collectionIds }: Target): string[] => [
  ...productIds,
  ...variantIds,
  ...collectionIds,
];

/** Finds the reasons why a pricing rule can never apply. */
export function ruleContradictions(rule: Omit<PricingRuleInput, 'id'>): Contradiction[] {
  const { minQuantity, maxQuantity } = rule;
  const isNever = maxQuantity !== null && maxQuantity < minQuantity;
  return [
    ...windowContradictions(rule),
    ...selectionContradictions(rule),
    ...collect([
      contradictionIf(
        isNever,
        'maxQuantity',
        `is below minQuantity ${minQuantity}`,
        `at least ${minQuantity}, or null`,
      ),
    ]),
  ];
}
