import type { BundlePricing } from '../inputs.ts';

/** An offered bundle. Amounts in minor units. */
export interface BundleOffer {
  id: string;
  slug: string;
  title: string;
  isOnSale: boolean;
  pricing: BundlePricing;
  sets: readonly ChoiceSet[];
}

export interface ChoiceSet {
  id: string;
  title: string;
  minQuantity: number;
  maxQuantity: number;
  items: readonly { variantId: string; maxQuantity: number | null; surcharge: number }[];
}

/** The chosen items of one set, for one bundle. */
export interface ChosenSet {
  setId: string;
  items: readonly { variantId: string; quantity: number }[];
}

/** Why a selection is invalid. */
export type SelectionProblem = { setId: string; problem: string; expected: string };

/** Returns the first problem; null if the units of every set and of every item are within their limits. */
export function selectionProblem({ sets }: BundleOffer, selections: readonly ChosenSet[]): SelectionProblem | null {
  const seen = new Set<string>();
  for (const { setId } of selections) {
    if (!sets.some(({ id }) => id === setId)) return problemOf(setId, 'is no set of this bundle', namesOf(sets));
    if (seen.has(setId)) return problemOf(setId, 'is there twice', 'each set once');
    seen.add(setId);
  }
  for (const set of sets) {
    const items = selections.find(({ setId }) => setId === set.id)?.items ?? [];
    const problem = itemsProblem(set, items);
    if (problem) return problem;
  }
  return null;
}

function itemsProblem(set: ChoiceSet, items: ChosenSet['items']): SelectionProblem | null {
  const seen = new Set<string>();
  for (const { variantId, quantity } of items) {
    const item = set.items.find((one) => one.variantId === variantId);
    if (!item) return problemOf(set.id, `has no variant ${variantId}`, 'variants of the set');
    if (seen.has(variantId)) return problemOf(set.id, `has variant ${variantId} twice`, 'each variant once');
    seen.add(variantId);
    if (quantity > (item.maxQuantity ?? quantity)) {
      return problemOf(set.id, `has ${quantity} of variant ${variantId}`, `at most ${item.maxQuantity}`);
    }
  }
  const units = items.reduce((sum, { quantity }) => sum + quantity, 0);
  const isWithin = units >= set.minQuantity && units <= set.maxQuantity;
  return isWithin ? null : problemOf(set.id, `has ${units} units`, `${set.minQuantity} to ${set.maxQuantity}`);
}

const problemOf = (setId: string, problem: string, expected: string): SelectionProblem => ({
  setId,
  problem,
  expected,
});

const namesOf = (sets: readonly ChoiceSet[]): string => `one of ${sets.map(({ id }) => id).join(', ')}`;
